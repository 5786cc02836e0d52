-- Waits until tostring(object) has the text, as it is, such as "1 waiting"; raises at the caller's line, with what it
-- has instead, where that does not come within a minute.
local ipc = require "tidelock"

return function(object, text)
  local limit = ipc.now() + 60
  while not tostring(object):find(text, 1, true) do
    if ipc.now() > limit then error(("not %q: %s"):format(text, object), 2) end
    ipc.yield()
  end
end
