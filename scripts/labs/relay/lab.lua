local ADDRESSES = { "a.org", "b.org", "c.org" }
local CARRIES = { pipe = true, queue = true, value = true, array = true, buffer = true, table = true }

return {
  title = "The relay",
  learn = "the ends of a pipe: no more comes when nobody is left who could send",
  story = [[
The sender dictates addresses into a speaking tube, the receiver at the other end writes them down. When the sender is
done the receiver still holds his ear to the tube: for all he knows somebody up there takes a breath. Last week they
pulled him away from it by the collar, and two addresses were in the tube.

A tube tells by itself that it is over, when every mouthpiece is closed. There are more of them than you think: who
has made the tube holds one, too.]],
  hints = {
    "The receiver's `recv` says \"closed\" when no end is left that could send. Who has one, besides the sender?",
    "`relay` has made the pipe, so it holds `out`. An end is given up by close.",
    "out:close() in `relay`, and then wait for the receiver; terminate is for those who do not listen.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 2,
  runs = 1000,
  world = function(lab, student)
    local heard = false -- of the process that asks
    local addresses, line, read = {}, lab.mark("an address", "writes it down"), lab.count("read")
    local over = lab.mark("the end", "says that it is over")
    lab.ordered(line, over)
    for n = 1, 1 + lab.choose(2) do addresses[n] = ADDRESSES[n] end
    lab.stuck("%s waits for ever: an end of the pipe is still open")
    local list = { table.unpack(addresses) }
    local function is_looked_at()
      lab.always("safe", false, "the receiver looks at the sender's list: it knows only what comes through the tube")
    end
    -- From the memory of the task that reads; a list that came through the pipe is another one.
    local function take_list_away()
      for n = 1, #addresses do list[n] = nil end
      setmetatable(list, { __index = is_looked_at, __len = is_looked_at, __pairs = is_looked_at })
    end
    local receiver = student.relay(list, function(address)
      lab.always("safe", lab.me() ~= "main", "main wrote an address down itself: that is the receiver's part")
      local due = addresses[read:get() + 1]
      heard = heard or CARRIES[lab.last()]
      lab.always("safe", heard, "the receiver wrote %s down before it heard anything: it has it from elsewhere",
        tostring(address))
      lab.always("safe", address ~= nil, "the receiver wrote down a nil, and that is no address")
      lab.always("safe", address == due, "%s came, and %s was due", tostring(address), tostring(due))
      line:pass()
      if read:add(1) == 1 then take_list_away() end
    end)
    over:pass()
    local unread = #addresses - read:get()
    local how = "it is over, and %d of %d addresses are not read"
    if receiver and unread > 0 then
      how = "nobody waited for the receiver: %d of %d addresses are not read"
      if receiver.exitcode == 0 then how = "the receiver has ended, and %d of %d addresses are not read" end
      receiver:join()
      if receiver.exitcode < 0 then how = "the receiver was killed with %d of %d addresses unread" end
    end
    lab.always("safe", unread == 0, how, unread, #addresses)
  end,
}
