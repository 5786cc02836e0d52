--- Story: how a lab is introduced.
local text_file = require "labs.text_file"
local words = require "labs.words"

local story = {}

--- "Lab 4 of 26: Tickets", and below it what is learnt.
function story.heading(here, lab)
  local title = ("Lab %d of %d: %s"):format(lab.number, #here.pack.labs, lab.title)
  return here.paint:as("bold", title) .. "\n" .. here.paint:as("dim", words.wrapped(lab.learn, here.width))
end

-- What is played has no file: its code, with the numbers of the lines.
local function code_of(lab)
  local lines, text = {}, assert(text_file.read(lab.directory .. "/code.lua"))
  for line in text:gsub("\n*$", "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = ("  %3d  %s"):format(#lines + 1, line):gsub("%s+$", "")
  end
  return table.concat(lines, "\n")
end

--- The story; where the code is given, the code below it.
function story.body(here, lab)
  local text = words.wrapped(lab.story, here.width)
  return lab.kind == "break" and text .. "\n\n" .. code_of(lab) or text
end

--- The heading, the story, and what is to be done with the file.
function story.text(here, lab)
  local call = lab.kind == "break" and ("Play the scheduler: tidelock lab step %s"):format(lab.name)
    or ("Your file: %s"):format(here:path(lab))
  return ("%s\n\n%s\n\n%s"):format(story.heading(here, lab), story.body(here, lab),
    here.paint:as("bold", call))
end

return story
