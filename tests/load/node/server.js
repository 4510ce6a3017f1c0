// SPDX-License-Identifier: Apache-2.0
// GET and POST of a work order the way a Fastify user writes them: a pool, JSON from PostgreSQL for the
// document, statements one by one in a transaction for the order.  Two processes, as on two cores.
import cluster from 'node:cluster';
import { createHash, randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const [url, port, readSql, writeSql] = [process.env.DATABASE, Number(process.env.PORT), process.env.READ_SQL, process.env.WRITE_SQL];

function uuid7() {
  const b = randomBytes(16);
  b.writeUIntBE(Date.now(), 0, 6);
  b[6] = (b[6] & 0x0f) | 0x70;
  b[8] = (b[8] & 0x3f) | 0x80;
  const h = b.toString('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const app = Fastify();
  const sessions = new Map();

  // The session is looked up once a second, like in the daemon; the store goes into the WHERE clause.
  async function principal(request) {
    const token = (request.headers.authorization ?? '').slice(7);
    const known = sessions.get(token);
    if (known && known.until > Date.now()) return known;
    const hash = createHash('sha256').update(token).digest();
    const { rows } = await pool.query({ name: 'session', text: "SELECT s.staff_id, g.store_id FROM session s JOIN staff_grant g ON g.staff_id = s.staff_id WHERE s.token_hash = $1", values: [hash] });
    if (!rows[0]) throw Object.assign(new Error('unauthenticated'), { statusCode: 401 });
    const found = { ...rows[0], until: Date.now() + 1000 };
    sessions.set(token, found);
    return found;
  }

  app.get('/v1/work-orders/:id', async (request, reply) => {
    const who = await principal(request);
    const { rows } = await pool.query({ name: 'read', text: readSql, values: [request.params.id, who.store_id] });
    if (!rows[0]) return reply.code(404).send({ code: 'not_found' });
    return rows[0].document;
  });

  app.post('/v1/work-orders', async (request, reply) => {
    const who = await principal(request);
    const statements = JSON.parse(writeSql);
    const client = await pool.connect();
    try {
      const ids = { id: uuid7(), event: uuid7(), key: request.headers['idempotency-key'] ?? uuid7() };
      for (const s of statements) {
        const values = s.values.map((v) =>
          v === ':id' ? ids.id : v === ':event' ? ids.event : v === ':key' ? ids.key : v === ':new' ? uuid7()
          : v === ':new5' ? [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()]
          : v === ':store' ? who.store_id : v === ':actor' ? who.staff_id
          : v === ':reception' ? request.body.reception_id
          : v === ':parts' ? request.body.lines.filter((l) => l.part_id).map((l) => l.part_id)
          : v === ':operations' ? request.body.lines.filter((l) => l.operation_id).map((l) => l.operation_id) : v);
        await client.query({ name: s.name, text: s.text, values });
      }
      return reply.code(201).send({ id: ids.id, status: 'ready' });
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  });

  await app.listen({ port, host: '127.0.0.1' });
}
