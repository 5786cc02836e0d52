local ipc = require "tidelock"

return {
  title = "The notice board",
  learn = "a writer who never waits: a version that is odd while he writes, and readers who look twice",
  story = [[
On the platform hangs a board with two wheels, one for the hour and one for the minutes of the next
train. First it is the 6:05; the station master turns it to 7:19 and later to 8:11. He turns one
wheel after the other, and he is in a hurry: he never waits for anyone. A traveller looks up, and
nobody may go home with a time at which no train leaves.]],
  hints = {
    "Between looking at the hour and at the minutes the board may have been turned. How would you know?",
    "version is a number that the station master changes before he begins and again when he has finished.",
    "Read version, hour, minute, version: good if both versions are the same and even. Else look again.",
    free = "The station master waits for nobody. What can a traveller compare who looked while he turned the board?",
  },
  points = { safe = 5, ends = 2, free = 3 },
  tasks = 2, switches = 2, runs = 1000, polls = true,
  world = function(lab, student)
    local TRAINS = { [0] = 605, 719, 811 }
    local hours, minutes, half = ipc.value(6, "hour"), ipc.value(5, "minute"), lab.count("half turned")
    local board, looked = { hour = {}, minute = {} }, {}
    function board.hour.set(_, n) hours:set(n) half:add(1) end
    function board.minute.set(_, n) minutes:set(n) half:add(-1) end
    function board.hour.get()
      looked.hour = true
      local hour = hours:get()
      lab.sometimes("free", half:get() ~= 0, "nobody ever looks while the board is being turned")
      return hour
    end
    function board.minute.get()
      looked.minute = true
      return minutes:get()
    end

    local function look(who)
      looked = {}
      local hour, minute = student.read(board)
      local time = math.tointeger(hour) and math.tointeger(minute) and hour * 100 + minute
      lab.always("safe", time, "%s read nothing at all", who)
      for _, wheel in ipairs{ "hour", "minute" } do
        lab.always("safe", looked[wheel], "%s read %d:%02d, and did not look at the %s", who, hour, minute, wheel)
      end
      lab.always("safe", time == TRAINS[0] or time == TRAINS[1] or time == TRAINS[2],
        "%s read %d:%02d, half of each: no train leaves then", who, hour, minute)
      return time
    end
    lab.task("master", function()
      for n = 1, 2 do student.write(board, TRAINS[n] // 100, TRAINS[n] % 100) end
    end)
    lab.task("traveller", look, "the traveller")
    lab.stuck("%s looks at the board for ever")
    lab.after(function()
      lab.always("safe", look("the last traveller") == TRAINS[2], "the last traveller does not read 8:11")
    end)
  end }
