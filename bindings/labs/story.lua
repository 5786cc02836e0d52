--- Story: how a lab is introduced.
local words = require "labs.words"

local story = {}

--- "Lab 4 of 26: Tickets", and below it what is learnt.
function story.heading(here, lab)
  local title = ("Lab %d of %d: %s"):format(lab.number, #here.pack.labs, lab.title)
  return here.paint:as("bold", title) .. "\n" .. here.paint:as("dim", words.wrapped(lab.learn, here.width))
end

--- The heading, the story, and what is to be done with the file.
function story.text(here, lab)
  local todo = lab.kind == "break" and ("Play the scheduler: tidelock lab step %s"):format(lab.name)
    or ("Your file: %s"):format(here:path(lab))
  return ("%s\n\n%s\n\n%s"):format(story.heading(here, lab), words.wrapped(lab.story, here.width),
    here.paint:as("bold", todo))
end

return story
