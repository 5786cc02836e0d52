--- List: the labs, with what is known of them.
local encode = require "formats.json_encode"
local words = require "labs.words"

local list = {}

local function changed(here, lab)
  local row = here.progress:of(lab.name)
  return row.state == "done" and row.hash and not here.progress:is_unchanged(lab.name, here:path(lab))
end

local function state_of(here, lab)
  return words.state(here.progress:of(lab.name)) .. (changed(here, lab) and ", changed since" or "")
end

local COLOURS = { done = "green", tried = "yellow", skipped = "dim" }

-- The columns: number, name, state, what is learnt; the last is cut where it does not fit.
local function rows(here)
  local result, name_width, state_width = {}, 4, 4
  for i, lab in ipairs(here.pack.labs) do
    result[i] = { lab = lab, state = state_of(here, lab) }
    name_width, state_width = math.max(name_width, #lab.name), math.max(state_width, #result[i].state)
  end
  return result, name_width, state_width
end

local function cut(text, width)
  if (utf8.len(text) or #text) <= width then return text end
  local last = utf8.offset(text, width - 2) or width - 2
  return text:sub(1, last - 1) .. "..."
end

--- The lines; `current`: the lab that is marked.
function list.lines(here, current)
  local all, name_width, state_width = rows(here)
  local lines = {}
  for i, row in ipairs(all) do
    local state = here.progress:of(row.lab.name).state
    local padded = ("%-" .. state_width .. "s"):format(row.state)
    local left = ("%s%2d  %-" .. name_width .. "s  "):format(row.lab == current and ">" or " ", i, row.lab.name)
    local learn = (row.lab.kind == "break" and "break it: " or "") .. row.lab.learn
    lines[i] = left .. here.paint:as(COLOURS[state] or "bold", padded) .. "  "
      .. (here.is_narrow and cut(learn, math.max(20, here.width - #left - state_width - 2)) or learn)
  end
  return lines
end

local function json(here)
  local labs = {}
  for i, lab in ipairs(here.pack.labs) do
    local row = here.progress:of(lab.name)
    labs[i] = { number = i, name = lab.name, title = lab.title, learn = lab.learn, kind = lab.kind, state = row.state,
      tries = row.tries, hints = row.hints, changed = changed(here, lab) and true or false, file = here:path(lab) }
  end
  return encode{ pack = here.pack.title, folder = here.folder, done = here:count_done(), labs = labs }
end

--- The command.
function list.run(here, found)
  if found.json then
    here:say(json(here))
    return 0
  end
  for _, line in ipairs(list.lines(here, here:next())) do here:say(line) end
  local pending = here:next()
  here:say("%d of %d done. %s", here:count_done(), #here.pack.labs,
    not pending and "All of them." or here:has_begun() and ("Next: %s: tidelock lab"):format(pending.name)
    or "Begin: tidelock lab")
  return 0
end

return list
