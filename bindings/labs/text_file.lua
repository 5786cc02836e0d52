--- Text file: a whole file read, or written so that nobody sees half of it.
local text_file = {}

--- The text; nil and why: it may be no file, which is not waited for, or larger than a text is.
text_file.read = require "judge.plain_file"

--- Writes another file and gives it the name; true, or nil and why. A link stays one: what it leads to is written.
function text_file.write(path, text)
  local real = require "labs.files".real(path) or path
  local part = real .. ".part"
  local file, why = io.open(part, "wb")
  if not file then return nil, why end
  local well, wrong = file:write(text)
  local closed, cannot = file:close()
  if not well or not closed then
    os.remove(part)
    return nil, ("%s: %s"):format(path, wrong or cannot)
  end
  local renamed, why_not = os.rename(part, real)
  if renamed then return true end
  os.remove(part)
  return nil, ("%s: %s"):format(path, (why_not:gsub("^.*: ", "")))
end

return text_file
