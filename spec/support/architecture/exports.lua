-- How the names begin that a file of the runtime may export: with tl_ and the file's name, that of the file whose part
-- it is (channel_send is a part of channel), or a type's that its header defines; one of them or several.
local sources = dofile "spec/support/architecture/sources.lua"
local rooms = dofile "spec/support/architecture/rooms.lua"
local exports = {}

-- What is named otherwise, as everybody knows it by that.
local OTHERWISE = {
  tl_self = true, -- the calling task's own slot
  tl_element_size = true, -- of enum tl_element, which the API defines
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
