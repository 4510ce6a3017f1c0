-- SPDX-License-Identifier: Apache-2.0
-- POST /v1/work-orders with five lines, authorised, parts reserved.
local orders = tonumber(os.getenv("ORDERS"))
local thread = 0
local function key(kind, n)
  local head = string.format("%012x", 1700000000000 + n * 7)
  local tail = string.format("%015x", n)
  return head:sub(1, 8) .. "-" .. head:sub(9, 12) .. "-7" .. string.format("%03x", kind) .. "-8" .. tail:sub(1, 3) .. "-" .. tail:sub(4)
end
math.randomseed(os.time())
local count = 0
request = function()
  count = count + 1
  local n = math.random(0, orders - 1)
  local lines = { string.format('{"kind":"labour","operation_id":"%s"}', key(9, math.random(0, 199))) }
  for i = 1, 4 do
    lines[#lines + 1] = string.format('{"kind":"part","part_id":"%s","quantity":1}', key(10, math.random(0, 4999) * 4 + i - 1))
  end
  local body = string.format('{"reception_id":"%s","lines":[%s],"authorise":{"method":"in_person","by":{"name":"load"}}}',
    key(11, n), table.concat(lines, ","))
  return wrk.format("POST", "/v1/work-orders", {
    ["Authorization"] = "Bearer load-token-" .. n % 50, ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "load-" .. os.time() .. "-" .. math.random(1, 1000000000) .. "-" .. count }, body)
end
