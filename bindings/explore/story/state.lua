--- The state of an object after a step, short.
local state = {}

-- By kind: from what tostring says behind the title, to a few characters.
local SHORT = {
  queue = function(text)
    local size, most = text:match "^(%d+) of (%d+) messages?"
    if size then return size .. "/" .. most end
    size = text:match "^(%d+) messages?"
    return size and size .. " in it"
  end,
  semaphore = function(text) return text:match "^%d+ free" end,
  latch = function(text)
    local count = text:match "^(%d+) to count down"
    return count and count .. " to go"
  end,
  barrier = function(text) return text:match "^%d+ of %d+" end,
}

--- nil: it says nothing that the step itself does not.
function state.short(kind, text)
  local short = SHORT[kind or ""]
  if not text or not short then return nil end
  return short(text)
end

return state
