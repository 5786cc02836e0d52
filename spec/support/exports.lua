-- How the names begin that a file of the runtime may export: with tl_ and the file's name, that of the file whose part
-- it is (channel_send is a part of channel), or a type's that its header defines; one of them or several.
local sources = dofile "spec/support/sources.lua"
local rooms = dofile "spec/support/rooms.lua"
local exports = {}

-- What is named otherwise, as everybody knows it by that.
local OTHERWISE = {
  tl_self = true, -- the calling task's own slot
  tl_element_size = true, -- of enum tl_element, which the API defines
}

-- What the symbols of these begin with besides, until they are renamed: each line goes with the commit that does.
local TO_BE_RENAMED = {
  ["runtime/commands/command_io.c"] = "command",
  ["runtime/store/handle.c"] = "enter fork",
  ["runtime/pool/job.c"] = "packet",
  ["runtime/net/socket_file.c"] = "listener",
  ["runtime/process/signal.c"] = "process",
  ["runtime/data/ordered_queue_debts.c"] = "heap",
  ["runtime/data/ordered_queue_table.c"] = "heap",
  ["runtime/store/refs.c"] = "cell",
  ["runtime/wait/checkpoint.c"] = "cancel",
  ["runtime/wait/descriptor.c"] = "wait",
  ["runtime/wait/wait_many.c"] = "wait",
  ["runtime/park/wait_queue.c"] = "waiter wake",
}

local texts = {}
for _, path in ipairs(sources.runtime) do texts[path] = sources.code(path) end

-- What the API declares: its names are those of its objects.
exports.public = {}
for path, text in pairs(texts) do
  if rooms.room_of(path) == "public" or path:find "/status%.h$" then
    for name in text:gmatch "%f[%w_](tl_[%w_]+)" do exports.public[name] = true end
  end
end

local function add_types(words, text)
  for name in text:gmatch "%f[%w]struct tl_([%w_]+)%s*{" do words[name] = true end
  for name in text:gmatch "%f[%w]enum tl_([%w_]+)%s*{" do words[name] = true end
  for name in text:gmatch "%f[%w]typedef [^;]-tl_([%w_]+)[^;]*;" do words[name] = true end
end

-- { ["channel"] = true, ... }: what may stand behind the tl_
local function words_of(path)
  local folder, name = path:match "^(.*/)([%w_]+)%.%w$"
  local words = { [name] = true }
  for word in (TO_BE_RENAMED[path] or ""):gmatch "%S+" do words[word] = true end
  local old = rooms.old_names and rooms.old_names[path]
  while old do
    words[old] = true
    old = old:match "^(.*)_[^_]*$"
  end
  while name do
    local header = texts[folder .. name .. ".h"]
    if header then
      words[name] = true
      add_types(words, header)
    end
    name = name:match "^(.*)_[^_]*$"
  end
  return words
end

local known = {}

function exports.may(path, symbol)
  if exports.public[symbol] or OTHERWISE[symbol] then return true end
  known[path] = known[path] or words_of(path)
  for word in pairs(known[path]) do
    local rest = symbol:match("^tl_" .. word .. "s?(.*)$")
    if rest and not rest:find "^%w" then return true end
  end
  return false
end

return exports
