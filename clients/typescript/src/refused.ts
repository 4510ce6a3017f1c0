// SPDX-License-Identifier: Apache-2.0
// What must not compile: each line below its mark is an error, and the compiler complains about a mark without one.
import type { Fettle } from "./client.js";

export function refused(client: Fettle, id: string) {
  // @ts-expect-error a path that is not there
  void client.GET("/v1/work-order/{id}", { params: { path: { id } } });
  // @ts-expect-error a method that the path does not take
  void client.PUT("/v1/bays/{id}", { params: { path: { id } }, body: {} });
  // @ts-expect-error no id for the path
  void client.GET("/v1/bays/{id}", {});
  // @ts-expect-error a wrong parameter
  void client.GET("/v1/bays/{id}", { params: { path: { id }, query: { depth: 2 } } });
  // @ts-expect-error a required parameter is missing
  void client.GET("/v1/availability", { params: { query: { store_id: id } } });
  // @ts-expect-error a wrong field name
  void client.POST("/v1/customers", { body: { kind: "person", name: "林小满", telephone: "13900001111" } });
  // @ts-expect-error a code that is not one
  void client.POST("/v1/customers", { body: { kind: "human", name: "林小满" } });
  // @ts-expect-error a required member is missing
  void client.POST("/v1/customers", { body: { kind: "person" } });
  // @ts-expect-error money is a number
  void client.POST("/v1/payments", { body: { settlement_id: id, amount: "100", method: "wechat" } });
  void client.GET("/v1/customers/{id}", { params: { path: { id } } }).then(({ data, error }) => {
    // @ts-expect-error a reply without this member
    void data?.telephone;
    // @ts-expect-error a problem has a status, and it is a number
    error?.status.trim();
  });
}
