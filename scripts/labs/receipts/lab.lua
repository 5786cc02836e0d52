local PRODUCTS, ENOUGH = { "chair", "bench" }, 3

return {
  title = "Receipts",
  learn = "one queue for both directions gives you your own message back",
  story = [[
The workshop lays a sheet for each product on the desk, and the office takes it, stamps a receipt, and lays that on the
desk, too. There is room for one sheet, and people who look at it take what lies there. On Tuesday the workshop filed
its own delivery note as the receipt; on Thursday the office stamped a stamp.

A tray stands about that nobody uses.]],
  hints = {
    "The workshop lays a sheet down and then takes one up. Which one can that be?",
    "`receipts` says where the receipts lie. Is there a place on which the workshop's own sheets never are?",
    "The desk for the products, the tray for the receipts: a queue for each direction.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 2,
  runs = 1000,
  world = function(lab, student)
    local ipc = require "tidelock"
    local queue = ipc.queue{ maxsize = 1, name = "desk" }
    local stamped, kept, back, last = {}, {}, 0, nil -- back, last: of this task
    local seal = 1716 + lab.choose(2) -- which only the office has
    local function receipt_for(product) return ("%s, stamped %d"):format(product, #product * seal) end
    local desk = setmetatable({}, { __index = function(_, call)
      return function(_, ...) return queue[call](queue, ...) end
    end })
    function desk.put(_, sheet, ...)
      last = sheet
      return queue:put(sheet, ...)
    end
    function desk.get(_, ...)
      local sheet, why = queue:get(...)
      back = sheet ~= nil and sheet == last and back + 1 or 0
      local text = "the %s took its own sheet back %d times: it may take it back for ever"
      lab.always("ends", back < ENOUGH, text, ipc.current().name, back)
      return sheet, why
    end
    for _, product in ipairs(PRODUCTS) do
      stamped[product], kept[product] = lab.count(product), lab.count(product)
    end
    local function stamp(product)
      lab.always("safe", stamped[product], "the office took its own receipt back and stamped it")
      lab.always("safe", stamped[product]:add(1) == 1, "the office stamped the %s twice", product)
      return receipt_for(product)
    end
    local function keep(product, receipt)
      lab.always("safe", receipt ~= product, "the workshop took its own %s for the receipt", product)
      lab.always("safe", receipt ~= nil, "the workshop kept nothing for the %s", product)
      local right = stamped[product]:get() > 0 and receipt == receipt_for(product)
      lab.always("safe", right, "what was kept for the %s is not from the office", product)
      kept[product]:add(1)
    end
    lab.task("workshop", student.workshop, desk, { table.unpack(PRODUCTS) }, keep)
    lab.task("office", student.office, desk, #PRODUCTS, stamp)
    lab.after(function()
      for product, times in pairs(kept) do
        lab.always("safe", times:get() == 1, "the receipt for the %s was never kept", product)
      end
    end)
  end,
}
