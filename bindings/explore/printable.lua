--- Printable: what a script has named and said, as a terminal may be shown it: without what moves its cursor.
local terminal = require "terminal.text"

local printable = {}

--- A `?` for each such character; a blank for what parts words.
function printable.text(text)
  return terminal.printable((text:gsub("[\t\n\r]", " ")))
end

local function clean(row, ...)
  for _, field in ipairs{ ... } do
    if type(row[field]) == "string" then row[field] = printable.text(row[field]) end
  end
end

--- What a story (explore/story) has from the script: names, and what was given and returned.
function printable.story(story)
  for _, object in pairs(story.objects) do clean(object, "name", "title") end
  for _, task in pairs(story.tasks) do clean(task, "name") end
  for _, step in ipairs(story.steps) do clean(step, "call", "result", "state", "said", "part") end
end

return printable
