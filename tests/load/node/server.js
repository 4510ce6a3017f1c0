// SPDX-License-Identifier: Apache-2.0
// GET and POST of a work order the way a Fastify user writes them: a pool, JSON from PostgreSQL for the
// document, statements one by one in a transaction for the order.  Two processes, as on two cores.
import cluster from 'node:cluster';
import { createHash, randomBytes } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const [url, port, readSql] = [process.env.DATABASE, Number(process.env.PORT), process.env.READ_SQL];

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

  // One transaction, one statement after the other, as one writes it with pg.
  app.post('/v1/work-orders', async (request, reply) => {
    const who = await principal(request);
    const { reception_id: receptionId, lines } = request.body;
    const operations = lines.filter((l) => l.operation_id).map((l) => l.operation_id);
    const parts = lines.filter((l) => l.part_id).map((l) => l.part_id).sort();
    const client = await pool.connect();
    const run = async (name, text, values) => (await client.query({ name, text, values })).rows;
    try {
      await client.query('BEGIN');
      await run('actor', "SELECT set_config('app.actor', $1, true)", [who.staff_id]);
      await run('key', 'INSERT INTO idempotency (actor_id, key, request_hash, operation, status, at) VALUES ($1, $2, $3, $4, 201, now())', [who.staff_id, request.headers['idempotency-key'], 'hash', 'createWorkOrder']);
      const [reception] = await run('reception', 'SELECT id, customer_id, vehicle_id, odometer_km FROM reception WHERE id = $1 AND store_id = $2', [receptionId, who.store_id]);
      if (!reception) throw Object.assign(new Error('not_found'), { statusCode: 422 });
      const labour = new Map((await run('operations', 'SELECT id, name, standard_hours, unit_price FROM operation WHERE id = ANY ($1)', [operations])).map((r) => [r.id, r]));
      const goods = new Map((await run('parts', 'SELECT id, name, sale_price FROM part WHERE id = ANY ($1)', [parts])).map((r) => [r.id, r]));
      const [counter] = await run('number', `INSERT INTO document_counter AS c (store_id, kind, period, last) VALUES ($1, 'NO', to_char(now(), 'YYMMDD'), 1)
        ON CONFLICT (store_id, kind, period) DO UPDATE SET last = c.last + 1 RETURNING last`, [who.store_id]);
      const id = uuid7();
      await run('order', `INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, odometer_in_km, opened_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'ready', $7, now(), now(), now())`, [id, who.store_id, `${who.store_id}-${counter.last}`, receptionId, reception.customer_id, reception.vehicle_id, reception.odometer_km]);
      await run('consent', "INSERT INTO authorisation (id, store_id, work_order_id, method, by_name, amount, at, actor_id) VALUES ($1, $2, $3, 'in_person', $4, 0, now(), $5)", [uuid7(), who.store_id, id, request.body.authorise.by.name, who.staff_id]);
      for (const [i, line] of lines.entries()) {
        const o = labour.get(line.operation_id), p = goods.get(line.part_id);
        const quantity = o ? o.standard_hours : line.quantity, price = Number(o ? o.unit_price : p.sale_price);
        const lineId = uuid7();
        await run('line', `INSERT INTO work_order_line (id, store_id, work_order_id, position, kind, operation_id, part_id, description, quantity, list_price, unit_price, amount, status, supply, created_at, updated_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, 'authorised', $12, now(), now())`,
          [lineId, who.store_id, id, i + 1, o ? 'labour' : 'part', line.operation_id, line.part_id, (o ?? p).name, quantity, price, Math.round(quantity * price), o ? 'none' : 'reserved']);
        if (p) {
          const taken = await run('reserve', 'UPDATE stock_level SET reserved = reserved + $3, updated_at = now() WHERE store_id = $1 AND part_id = $2 AND on_hand - reserved >= $3 RETURNING warehouse_id', [who.store_id, p.id, quantity]);
          if (!taken[0]) throw Object.assign(new Error('insufficient_stock'), { statusCode: 409 });
          await run('reservation', `INSERT INTO reservation (id, store_id, warehouse_id, part_id, work_order_line_id, quantity, status, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'active', now())`, [uuid7(), who.store_id, taken[0].warehouse_id, p.id, lineId, quantity]);
        }
      }
      await run('event', `INSERT INTO event (id, at, type, store_id, subject_type, subject_id, actor_id) VALUES ($1, now(), 'work_order.opened', $2, 'work_order', $3, $4)`, [uuid7(), who.store_id, id, who.staff_id]);
      const { rows } = await client.query({ name: 'read', text: readSql, values: [id, who.store_id] });
      await client.query('COMMIT');
      return reply.code(201).send(rows[0].document);
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  });

  await app.listen({ port, host: '127.0.0.1' });
}
