--- By name: how functions go to another machine: as the name of a module and a path in it, such as "chef:cook", with
--- the digest of the module's source.  Code never goes: a closure, or a function that no module has, is refused.
---
--- The name is found by identity: the function is looked for in what has been required.
local client = require "remote.client"
local getinfo, getupvalue = debug.getinfo, debug.getupvalue

local by_name = {}

local DEEPEST = 3 -- module.a.b.c

-- ---- from a function to its name ----

local names = setmetatable({}, { __mode = "k" }) -- function = { name =, digest = }

local function path_in(module, fn, depth, seen)
  if rawequal(module, fn) then return "" end
  if type(module) ~= "table" or seen[module] or depth > DEEPEST then return nil end
  seen[module] = true
  for key, value in next, module do
    if type(key) == "string" and key:find "^[%a_][%w_]*$" then
      local rest = rawequal(value, fn) and "" or type(value) == "table" and path_in(value, fn, depth + 1, seen)
      if rest then return rest == "" and key or key .. "." .. rest end
    end
  end
end

-- Of two modules that have it, the one whose name comes first: so that the choice does not change.
local function module_of(fn)
  local found, path
  for name, module in next, package.loaded do
    if type(name) == "string" and name ~= "_G" and (not found or name < found) then
      local here = path_in(module, fn, 1, { [_G] = true, [package] = true })
      if here then found, path = name, here end
    end
  end
  return found, path
end

-- The digest of a module's source; nil and why.
local function digest_of(module)
  local file = package.searchpath(module, package.path)
  if not file then return nil, ("its module %s has no Lua source in package.path"):format(module) end
  local source, why = io.open(file, "rb")
  if not source then return nil, why end
  local text = source:read "a"
  source:close()
  return client.sha256(text)
end

by_name.digest_of = digest_of

-- "n, till": what a closure captures.
local function captured(fn)
  local list = {}
  for i = 1, 255 do
    local name = getupvalue(fn, i)
    if not name then break end
    if name ~= "_ENV" and name ~= "" then list[#list + 1] = name end
  end
  return table.concat(list, ", ")
end

local function refusal(fn)
  local info = getinfo(fn, "S")
  if info.what == "C" then
    return "a C function cannot go to another machine: call it from a function of a module, and pass module.fn"
  end
  local upvalues = captured(fn)
  return ("the function of %s:%d cannot go to another machine%s: put it in a module and pass module.fn"):format(
    info.short_src, info.linedefined, upvalues ~= "" and (" (it captures %s)"):format(upvalues) or "")
end

--- by_name.of: the name and the digest of a function; nil and why it has none.
function by_name.of(fn)
  local known = names[fn]
  if known then return known.name, known.digest end
  local module, path = module_of(fn)
  if not module then return nil, refusal(fn) end
  local digest, why = digest_of(module)
  if not digest then return nil, ("%s:%s cannot go to another machine: %s"):format(module, path, why) end
  known = { name = module .. ":" .. path, digest = digest }
  names[fn] = known
  return known.name, known.digest
end

-- ---- from a name to the function, in a worker ----

-- Follows a path of names from a module on.
local function follow(module, path)
  local value = module
  for key in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    value = rawget(value, key)
  end
  return value
end

local function short(digest) return digest:sub(1, 4) .. "…" end

local function check_version(module, digest, worker)
  local own, why = digest_of(module)
  if not own then return nil, ("%s: %s"):format(worker, why) end
  if own == digest then return true end
  return nil, ("%s has another %s.lua (%s here, %s there)"):format(worker, module, short(digest), short(own))
end

--- by_name.find: the function of a name, in a worker that may run those of `allowed` modules; nil and why not.  how =
--- { allowed = set, any_version =, worker = its name for people }.
function by_name.find(name, digest, how)
  local module, path = name:match "^([%w_.-]+):([%w_.]*)$"
  if not module then return nil, ("%s: %q is no name of a function"):format(how.worker, name) end
  if not how.allowed[module] then
    return nil, ("%s may not run %s: its --allow does not name %s"):format(how.worker, name, module)
  end
  if not how.any_version then
    local same, why = check_version(module, digest, how.worker)
    if not same then return nil, why end
  end
  local loaded, value = pcall(require, module)
  if not loaded then return nil, ("%s: %s"):format(how.worker, tostring(value)) end
  local fn = follow(value, path)
  if type(fn) ~= "function" then return nil, ("%s: there is no function %s"):format(how.worker, name) end
  return fn
end

return by_name
