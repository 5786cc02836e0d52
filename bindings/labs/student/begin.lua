--- Begin: the first `tidelock lab` puts the files there, and says what to do.
local words = require "labs.words"

local begin = {}

--- Writes the starters that are not there yet, and the progress.
function begin.put_all(here)
  local count = 0
  for _, lab in ipairs(here.pack.labs) do
    if here:put_starter(lab) then count = count + 1 end
  end
  here.progress:save()
  return count
end

local function say_files(here, count)
  local played = 0
  for _, lab in ipairs(here.pack.labs) do played = played + (lab.kind == "break" and 1 or 0) end
  here:say("%s now in %s/, one a lab%s.\n", words.count(count, "file") .. (count == 1 and " is" or " are"), here.folder,
    played > 0 and (", but for %d that %s played without one"):format(played, played == 1 and "is" or "are") or "")
end

--- The command.
function begin.run(here)
  local first = here.pack.labs[1]
  local count = begin.put_all(here)
  if here.pack.welcome then here:say(words.wrapped(here.pack.welcome, here.width) .. "\n") end
  say_files(here, count)
  here:say "What to do:"
  here:say("  1. Open %s in your editor.", here.paint:as("bold", here:path(first)))
  here:say("  2. Run %s again, in a terminal beside it.", here.paint:as("bold", "tidelock lab"))
  here:say "     It tells the story, and checks the file whenever you save it."
  here:say "What can a lock, a queue, a process do? Run tidelock alone, and type :help queue."
  here:say "tidelock lab list shows all labs; tidelock lab --help all that can be done."
  return 0
end

return begin
