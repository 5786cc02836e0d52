-- says: "a bang"
local ipc = require "tidelock"

local flask = ipc.lock{ name = "flask" }

local function join(bond) flask:with(bond) end

return { hydrogen = join, oxygen = join }
