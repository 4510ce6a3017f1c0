// SPDX-License-Identifier: Apache-2.0
// A document, a list page, the search by plate and the POST of a work order the way users of Fastify and of Express
// write them (FRAMEWORK): a pool, JSON from PostgreSQL for the document, rows for lists, statements one by one in a
// transaction for the order.  Two processes, as on two cores.
import cluster from 'node:cluster';
import { createHash, randomBytes } from 'node:crypto';
import express from 'express';
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
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const sessions = new Map();

  // The session is looked up once a second, like in the daemon; the store goes into the WHERE clause.
  async function principal(headers) {
    const token = (headers.authorization ?? '').slice(7);
    const known = sessions.get(token);
    if (known && known.until > Date.now()) return known;
    const hash = createHash('sha256').update(token).digest();
    const { rows } = await pool.query({ name: 'session', text: "SELECT s.staff_id, g.store_id FROM session s JOIN staff_grant g ON g.staff_id = s.staff_id WHERE s.token_hash = $1", values: [hash] });
    if (!rows[0]) throw Object.assign(new Error('unauthenticated'), { statusCode: 401 });
    const found = { ...rows[0], until: Date.now() + 1000 };
    sessions.set(token, found);
    return found;
  }

  async function document(who, id) {
    const { rows } = await pool.query({ name: 'read', text: readSql, values: [id, who.store_id] });
    return rows[0] ? [200, rows[0].document] : [404, { code: 'not_found' }];
  }

  async function list(who, query) {
    const { rows } = await pool.query({ name: 'list', text: `SELECT w.id, w.version, w.number, w.store_id, w.status, w.reception_id, w.customer_id, c.name AS customer_name, w.vehicle_id,
        v.plate, v.vin, w.promised_at, w.first_promised_at, w.old_parts, w.bay_id, w.advisor_id, w.odometer_in_km, w.odometer_out_km, w.paid, w.reason, w.opened_at,
        w.started_at, w.finished_at, w.completed_at, w.settled_at, w.delivered_at, w.closed_at, w.cancelled_at, w.created_at, w.updated_at
      FROM work_order w LEFT JOIN customer c ON c.id = w.customer_id LEFT JOIN vehicle v ON v.id = w.vehicle_id
      WHERE w.store_id = $1 AND w.status = $2 AND w.deleted_at IS NULL ORDER BY w.opened_at DESC, w.id DESC LIMIT $3`, values: [who.store_id, query.status, Number(query.limit)] });
    return [200, { data: rows }];
  }

  async function search(who, query) {
    const { rows } = await pool.query({ name: 'search', text: `SELECT v.id, v.plate, v.make, v.model FROM search_key k JOIN vehicle v ON v.id = k.subject_id
      JOIN vehicle_store s ON s.vehicle_id = v.id AND s.store_id = $1
      WHERE k.kind = 'plate' AND k.subject = 'vehicle' AND k.store_id IS NULL AND k.key >= $2 AND k.key < $2 || U&'\\+10FFFF' ORDER BY k.key LIMIT 20`, values: [who.store_id, query.q.toLowerCase()] });
    return [200, { data: rows }];
  }

  // One transaction, one statement after the other, as one writes it with pg.
  async function open(who, body, key) {
    const { reception_id: receptionId, lines } = body;
    const operations = lines.filter((l) => l.operation_id).map((l) => l.operation_id);
    const parts = lines.filter((l) => l.part_id).map((l) => l.part_id).sort();
    const client = await pool.connect();
    const run = async (name, text, values) => (await client.query({ name, text, values })).rows;
    try {
      await client.query('BEGIN');
      await run('actor', "SELECT set_config('app.actor', $1, true)", [who.staff_id]);
      await run('key', 'INSERT INTO idempotency (actor_id, key, request_hash, operation, status, at) VALUES ($1, $2, $3, $4, 201, now())', [who.staff_id, key, 'hash', 'createWorkOrder']);
      const [reception] = await run('reception', 'SELECT id, customer_id, vehicle_id, odometer_km FROM reception WHERE id = $1 AND store_id = $2', [receptionId, who.store_id]);
      if (!reception) throw Object.assign(new Error('not_found'), { statusCode: 422 });
      const labour = new Map((await run('operations', 'SELECT id, name, standard_hours, unit_price FROM operation WHERE id = ANY ($1)', [operations])).map((r) => [r.id, r]));
      const goods = new Map((await run('parts', 'SELECT id, name, sale_price FROM part WHERE id = ANY ($1)', [parts])).map((r) => [r.id, r]));
      const [counter] = await run('number', `INSERT INTO document_counter AS c (store_id, kind, period, last) VALUES ($1, 'NO', to_char(now(), 'YYMMDD'), 1)
        ON CONFLICT (store_id, kind, period) DO UPDATE SET last = c.last + 1 RETURNING last`, [who.store_id]);
      const id = uuid7();
      await run('order', `INSERT INTO work_order (id, store_id, number, reception_id, customer_id, vehicle_id, status, odometer_in_km, opened_at, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'ready', $7, now(), now(), now())`, [id, who.store_id, `${who.store_id}-${counter.last}`, receptionId, reception.customer_id, reception.vehicle_id, reception.odometer_km]);
      await run('consent', "INSERT INTO authorisation (id, store_id, work_order_id, method, by_name, amount, at, actor_id) VALUES ($1, $2, $3, 'in_person', $4, 0, now(), $5)", [uuid7(), who.store_id, id, body.authorise.by.name, who.staff_id]);
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
      return [201, rows[0].document];
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  const routes = [
    ['get', '/v1/work-orders/:id', (who, request) => document(who, request.params.id)],
    ['get', '/v1/work-orders', (who, request) => list(who, request.query)],
    ['get', '/v1/search', (who, request) => search(who, request.query)],
    ['post', '/v1/work-orders', (who, request) => open(who, request.body, request.headers['idempotency-key'])],
  ];
  if (process.env.FRAMEWORK === 'express') {
    const app = express();
    app.use(express.json());
    for (const [method, path, handler] of routes)
      app[method](path, async (request, response) => {
        const [status, body] = await handler(await principal(request.headers), request);
        response.status(status).json(body);
      });
    app.listen(port, '127.0.0.1');
  } else {
    const app = Fastify();
    for (const [method, path, handler] of routes)
      app[method](path, async (request, reply) => {
        const [status, body] = await handler(await principal(request.headers), request);
        return reply.code(status).send(body);
      });
    await app.listen({ port, host: '127.0.0.1' });
  }
}
