// SPDX-License-Identifier: Apache-2.0
// A day at a store with the typed client, on the demo's data: node built/day.js http://127.0.0.1:8080
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { FettleError, fettle, logIn, take } from "./client.js";

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const log = (username: string) => logIn(url, username, "fettle-demo");
const [advisor, dispatcher, technician, keeper, inspector, cashier, service, office] = await Promise.all([
  log("sh01-advisor"), log("sh01-dispatcher"), log("sh01-tech1"), log("sh01-parts"),
  log("sh01-inspector"), log("sh01-cashier"), log("sh01-service"), log("hq-admin"),
]);

const ahead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const at = (id: string) => ({ params: { path: { id } } });

/** The first of a list; there must be one. */
function first<T>(list: readonly T[]): T {
  const [one] = list;
  assert(one !== undefined, "the list is empty");
  return one;
}

/** Asked again until there is an answer: some things follow a moment later. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("nothing came");
}

const store_id = first((await take(advisor.GET("/v1/me"))).stores).id;
const technician_id = (await take(technician.GET("/v1/me"))).id;

// A customer, her car and her booking
const { id: customer_id } = await take(advisor.POST("/v1/customers", {
  body: { kind: "person", name: "林小满", phone: `139${randomInt(10_000_000, 99_999_999)}` },
}));
const { id: vehicle_id } = await take(advisor.POST("/v1/vehicles", {
  body: { plate: `沪B${randomInt(10_000, 99_999)}`, customer_id },
}));
const brakes = first((await take(advisor.GET("/v1/operations", { params: { query: { code: "BRAKE-F" } } }))).data).id;
const slot = first((await take(advisor.GET("/v1/availability", {
  params: { query: { store_id, operation_id: [brakes], from: ahead(24), to: ahead(8 * 24) } },
}))).data).starts_at;
const booking = await take(advisor.POST("/v1/appointments", {
  body: { store_id, customer_id, vehicle_id, starts_at: slot, operation_ids: [brakes], channel: "phone", concerns: ["刹车异响"] },
}));
await take(advisor.POST("/v1/appointments/{id}/confirm", at(booking.id)));
assert.equal((await take(advisor.POST("/v1/appointments/{id}/arrive", at(booking.id)))).status, "arrived");

// Received, and the car taken over
const reception = await take(advisor.POST("/v1/receptions", {
  body: { store_id, appointment_id: booking.id, odometer_km: 48_210, concerns: ["刹车异响"] },
}));
await take(advisor.POST("/v1/receptions/{id}/greet", at(reception.id)));
await take(advisor.POST("/v1/receptions/{id}/start-check", at(reception.id)));
assert.equal((await take(advisor.POST("/v1/receptions/{id}/hand-over", at(reception.id)))).status, "handed_over");

// The order, twice with one key: it is one order
const part_id = first((await take(advisor.GET("/v1/parts", { params: { query: { q: "8W0698151AG" } } }))).data).id;
const promised_at = ahead(4);
const open = () => take(advisor.POST("/v1/work-orders", {
  params: { header: { "Idempotency-Key": reception.id } },
  body: {
    reception_id: reception.id, promised_at,
    lines: [{ kind: "labour", operation_id: brakes }, { kind: "part", part_id, quantity: 1 }],
  },
}));
const order = await open();
assert.equal((await open()).id, order.id);
const labour = first(order.lines.filter((line) => line.kind === "labour")).id;
const ready = await take(advisor.POST("/v1/work-orders/{id}/authorise", {
  ...at(order.id), body: { lines: order.lines.map((line) => line.id), method: "in_person", by: { name: "林小满" } },
}));
assert.equal(ready.status, "ready");

// The workshop
await take(dispatcher.POST("/v1/work-orders/{id}/dispatch", {
  ...at(order.id), body: { assignments: [{ line_id: labour, technician_id }] },
}));
await take(technician.POST("/v1/work-order-lines/{id}/clock-on", at(labour)));
await take(keeper.POST("/v1/work-orders/{id}/issue-parts", { ...at(order.id), body: { received_by: technician_id } }));
await take(technician.POST("/v1/work-order-lines/{id}/finish", at(labour)));
await take(dispatcher.POST("/v1/work-orders/{id}/finish-work", at(order.id)));
const check = await take(inspector.POST("/v1/quality-checks", { body: { work_order_id: order.id, level: "final" } }));
await take(inspector.POST("/v1/quality-checks/{id}/pass", { ...at(check.id), body: { road_test_km: 4.2 } }));

// Billed, paid, delivered
const bill = await take(cashier.POST("/v1/settlements", { body: { work_order_id: order.id } }));
const { due } = await take(cashier.POST("/v1/settlements/{id}/issue", at(bill.id)));
const payment = await take(cashier.POST("/v1/payments", { body: { settlement_id: bill.id, amount: due, method: "wechat" } }));
assert.equal(payment.settlement.status, "paid");
const delivered = await take(advisor.POST("/v1/work-orders/{id}/deliver", {
  ...at(order.id), body: { odometer_out_km: 48_214, old_parts: "given_up", explained: true, belongings_returned: true },
}));
assert.equal(delivered.status, "delivered");

// The survey, with a low score, and the complaint that it opens
const token = await until(async () =>
  (await take(office.GET("/v1/surveys", { params: { query: { work_order_id: order.id } } }))).data[0]?.token ?? undefined);
const link = await take(fettle(url).GET("/v1/public/{token}", { params: { path: { token } } }));
assert(link.survey);
await take(fettle(url).POST("/v1/public/{token}/survey-response", {
  params: { path: { token } },
  body: { answers: link.survey.questions.filter((q) => q.required).map((q) => ({ question_id: q.id, score: 3 })) },
}));
const complaint = first((await take(service.GET("/v1/complaints", { params: { query: { work_order_id: order.id } } }))).data);
assert.equal(complaint.status, "received");

// A change needs the version that was read, and a problem says what is wrong
const customer = await advisor.GET("/v1/customers/{id}", at(customer_id));
const etag = customer.response.headers.get("ETag");
assert(etag);
const change = () => take(advisor.PATCH("/v1/customers/{id}", {
  params: { path: { id: customer_id }, header: { "If-Match": etag } }, body: { name: "林大满" },
}));
assert.equal((await change()).name, "林大满");
await assert.rejects(change(), (error) => error instanceof FettleError && error.status === 412 && error.problem.code === "stale_version");
await assert.rejects(
  take(advisor.POST("/v1/customers", { body: { kind: "person", name: " ", phone: "12" } })),
  (error) => error instanceof FettleError && error.problem.errors?.map((e) => e.pointer).join() === "/name,/phone",
);

console.log(`${order.number} ${delivered.status} ${payment.settlement.status} ${complaint.number} ${complaint.status}`);
