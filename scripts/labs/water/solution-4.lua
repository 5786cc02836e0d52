-- One look at the flask, and one bond, at a time: who finds no place of its kind waits until a molecule is whole.
local ipc = require "tidelock"

local flask, inside = ipc.condition{ name = "flask" }, ipc.table({ H = 0, O = 0 }, "inside")

local function join(kind, most, bond)
  flask:with(function()
    while inside[kind] == most do flask:wait() end
    inside:add(kind, 1)
    bond()
    if inside.H + inside.O == 3 then
      inside.H, inside.O = 0, 0
      flask:notify_all()
    end
  end)
end

return {
  hydrogen = function(bond) join("H", 2, bond) end,
  oxygen = function(bond) join("O", 1, bond) end,
}
