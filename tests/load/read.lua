-- SPDX-License-Identifier: Apache-2.0
-- GET /v1/work-orders/{id}: each order with the token of its store's advisor.
local orders = tonumber(os.getenv("ORDERS"))
local function key(kind, n)
  local head = string.format("%012x", 1700000000000 + n * 7)
  local tail = string.format("%015x", n)
  return head:sub(1, 8) .. "-" .. head:sub(9, 12) .. "-7" .. string.format("%03x", kind) .. "-8" .. tail:sub(1, 3) .. "-" .. tail:sub(4)
end
local one = os.getenv("ONE_TOKEN")
local headers = {}
for s = 0, 49 do headers[s] = { ["Authorization"] = "Bearer load-token-" .. s } end
math.randomseed(os.time())
request = function()
  local n = math.random(0, orders - 1)
  if one then n = n - n % 50 end
  return wrk.format("GET", "/v1/work-orders/" .. key(12, n), headers[n % 50])
end
