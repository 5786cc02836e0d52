--- Printable: text of a learner's file as a terminal may be shown it: without control characters, of which UTF-8 has
--- some, too.
local printable = {}

--- A blank for each.
function printable.text(text)
  return (text:gsub("%c", " "):gsub("\xC2[\x80-\x9F]", " "))
end

local function clean(row, ...)
  for _, field in ipairs{ ... } do
    if type(row[field]) == "string" then row[field] = printable.text(row[field]) end
  end
end

--- What a story (explore/story) has from the file: names, and what was given and returned.
function printable.story(story)
  for _, object in pairs(story.objects) do clean(object, "name", "title") end
  for _, task in pairs(story.tasks) do clean(task, "name") end
  for _, step in ipairs(story.steps) do clean(step, "call", "result", "state", "said", "part") end
end

return printable
