// SPDX-License-Identifier: Apache-2.0
// A client of Fettle whose paths, parameters, bodies and replies are typed by the contract.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/fettle.js";

/** Every schema of the contract by name: `Schemas["WorkOrder"]`. */
export type Schemas = components["schemas"];

/** A reply of 4xx or 5xx; `problem.errors` names each wrong field. */
export class FettleError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Schemas["Problem"],
  ) {
    super(`${status} ${problem.code}: ${problem.detail ?? problem.title}`);
  }
}

/** `fettle(url, token).GET("/v1/work-orders/{id}", { params: { path: { id } } })` */
export function fettle(baseUrl: string, token?: string) {
  return createClient<paths>({ baseUrl, ...(token ? { headers: { Authorization: `Bearer ${token}` } } : {}) });
}

export type Fettle = ReturnType<typeof fettle>;

/** What a call brought; throws FettleError where it brought a problem. */
export async function take<T>(
  call: Promise<{ data?: T; error?: Schemas["Problem"]; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (error) throw new FettleError(response.status, error);
  if (data === undefined || data === null) throw new Error(`${response.status} without a body`);
  return data;
}

/** A session's client. */
export async function logIn(baseUrl: string, username: string, password: string): Promise<Fettle> {
  const session = await take(fettle(baseUrl).POST("/v1/sessions", { body: { username, password } }));
  return fettle(baseUrl, session.token);
}
