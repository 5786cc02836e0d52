--- Large: values of more than 16 KiB, which are keys of their own (x<KEY>) beside the objects.
--
-- A cell is "=" and the bytes, or "@" and the key of a large value, or in tables "#" and a number.  The client writes
-- the key with a time to live and then makes the request: so that what never arrives leaves nothing.  Accepted, it
-- stays.  Who takes it reads it and frees it by the next request; until then it is held.
local engine = ...
local call, store = engine.call, engine.store
local byte = string.byte
local PLAIN, LARGE = byte "=", byte "@"

local large = {}
engine.large = large

local function key_of(cell)
  return cell and byte(cell) == LARGE and cell:sub(2) or nil
end

large.key_of = key_of

--- Makes the value of an accepted cell stay.  Nil and why: it is not there, or is no cell.
function large.keep(cell)
  local first = cell and byte(cell)
  if first == PLAIN then return true end
  if first ~= LARGE then return nil, "not a cell" end
  local key = store.key("x", cell:sub(2))
  if call("PERSIST", key) == 1 or call("EXISTS", key) == 1 then return true end
  return nil, "the value was not there any more when the request came: send it again"
end

--- Deletes the value of a cell that nobody gets, or that was overwritten.
function large.drop(cell)
  local key = key_of(cell)
  if key then call("UNLINK", store.key("x", key)) end
end

--- The task has it until it frees it.
function large.hand_over(who, cell)
  local key = key_of(cell)
  if key then engine.hold.set(who, "large", key, "", "1") end
end

--- It has not, after all: the value goes back to where it was.
function large.take_back(who, cell)
  local key = key_of(cell)
  if key then engine.hold.clear(who, "large", key, "") end
end

--- How many bytes the value has.
function large.size(cell)
  local key = key_of(cell)
  return key and call("STRLEN", store.key("x", key)) or #cell - 1
end

--- The unnumbered request `free`.
function large.free(who, keys)
  for _, key in ipairs(keys) do
    if engine.hold.clear(who, "large", key, "") then call("UNLINK", store.key("x", key)) end
  end
end

engine.died.large = function(_, key)
  call("UNLINK", store.key("x", key))
end
