--- Hint: one more each time, of those that grow from what to look at to nearly the code.
local words = require "labs.words"

local hint = {}

--- The first `count` hints of a lab, as they are shown.
function hint.text(here, lab, count)
  local lines = {}
  for i = 1, count do
    local head = ("hint %d of %d: "):format(i, #lab.hints)
    local text = words.wrapped(head .. lab.hints[i], here.width)
    lines[i] = here.paint:as("cyan", head) .. text:sub(#head + 1)
  end
  return table.concat(lines, "\n")
end

--- Shows one more; returns how many are shown then.
function hint.more(here, lab, count)
  here.progress:change(lab.name, function(row)
    row.hints = math.max(math.min(count or row.hints + 1, #lab.hints), count and row.hints or 0)
  end)
  return math.min(here.progress:of(lab.name).hints, #lab.hints)
end

--- The command.
function hint.run(here, found)
  local lab = found.words[1] and here:lab(found.words[1]) or here:next()
  if not lab then
    here:say "All labs are done: name the one whose hints you want, tidelock lab hint NAME"
    return 0
  end
  local count = found.words[2] and tonumber(found.words[2])
  if found.words[2] and (math.type(count) ~= "integer" or count < 1 or count > #lab.hints) then
    error({ wrong = ("lab hint %s: '%s' is no number from 1 to %d"):format(lab.name, found.words[2], #lab.hints),
      status = 2 }, 0)
  end
  local before = here.progress:of(lab.name).hints
  local shown = hint.more(here, lab, count)
  here:say(hint.text(here, lab, count or shown))
  if shown < #lab.hints then
    here:say("one more: tidelock lab hint %s", lab.name)
  elseif before >= #lab.hints and not count then
    here:say "these are all hints"
  end
  return 0
end

return hint
