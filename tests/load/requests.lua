-- SPDX-License-Identifier: Apache-2.0
-- The requests of a file (REQUESTS), as bench.py has written them for paced too, one after the other.
local all, at = {}, 0
local file = assert(io.open(os.getenv("REQUESTS"), "rb"))
while true do
  local length = file:read("*n")
  if not length then break end
  file:read(1)
  all[#all + 1] = file:read(length)
end
request = function()
  at = at % #all + 1
  return all[at]
end
