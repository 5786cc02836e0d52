--- Command text: the command that repeats a schedule, as people copy it into a shell.
local moves = require "explore.schedule.moves"

local command_text = {}

-- A word that a shell takes as it is.
local function quote(word)
  if word:find "^[%w%-_./:,=@%%+]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function with_script(words, options)
  words[#words + 1] = quote(options.script)
  for _, argument in ipairs(options.arguments) do words[#words + 1] = quote(argument) end
  return table.concat(words, " ")
end

--- tidelock replay --schedule=CODE script arguments; `list`: the moves. A star is quoted, as zsh looks for files.
function command_text.of_code(options, list)
  return with_script({ "tidelock", "replay", "--schedule=" .. quote(moves.code(options.seed, list)) }, options)
end

--- tidelock replay FILE
function command_text.of_file(path)
  return "tidelock replay " .. quote(path)
end

return command_text
