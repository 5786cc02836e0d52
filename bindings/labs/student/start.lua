--- Start: the lab's story, and its file, which an editor may open.
local story = require "labs.student.story"
local words = require "labs.words"

local start = {}

--- The command.
function start.run(here, found)
  local lab = found.words[1] and here:lab(found.words[1]) or here:next()
  if not lab then
    here:say "All labs are done: name the one whose story you want, tidelock lab start NAME"
    return 0
  end
  local made = here:put_starter(lab)
  if not here:has_begun() then here.progress:save() end
  here:say(story.text(here, lab))
  if lab.kind ~= "break" then
    here:say("%sThen: tidelock lab check %s, or tidelock lab watch %s", made and "It was made now. " or "", lab.name,
      lab.name)
  end
  if not found.editor then return 0 end
  io.stdout:flush()
  local _, how, status = os.execute(("%s %s"):format(found.editor, words.quoted(here:path(lab))))
  if how == "exit" and status == 0 then return 0 end
  error({ wrong = ("the editor '%s' ended with %s %d"):format(found.editor, how == "exit" and "status" or "signal",
    status), status = 1 }, 0)
end

return start
