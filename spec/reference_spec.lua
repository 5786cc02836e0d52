-- bindings/tidelock.d.lua is the reference: it has all that scripts can reach,
-- and nothing else.
local ipc = require "tidelock"

local files = dofile "spec/support/files.lua"
local makers = dofile "spec/support/makers.lua"

local function read_reference()
   return files.read("bindings/tidelock.d.lua")
end

-- What the reference says: { [class] = { [name] = true } }; the module is "".
local function declared()
   local names = { [""] = {} }
   local class, fields = nil, {}
   for line in read_reference():gmatch "[^\n]+" do
      class = line:match "^%-%-%-@class tidelock%.?([%w_%.]*)" or class
      fields = line:find "^%-%-%-@class" and {} or fields
      local field = line:match "^%-%-%-@field ([%w_]+)"
      if field then fields[field] = true end
      if line:find "^local [%w_]+ = {}" then names[class] = fields end
      local of, name = line:match "^function ([%w_]+)[%.:]([%w_]+)%("
      if name then names[of == "ipc" and "" or of][name] = true end
   end
   return names
end

-- What an object has, from what it says of a name that it has not; or, where
-- any name is a key, when a method is to be written over.
local function reachable(object)
   local names = {}
   local found, message = pcall(function() return object["no such name"] end)
   if found then message = select(2, pcall(function() object.get = 1 end)) end
   local list = message:match "there are: (.*)$":gsub(", and the elements.*", "")
   for name in list:gmatch "[%w_]+" do
      names[name] = true
   end
   return names
end

describe("the reference", function()
   local reference = declared()

  teardown(function()
    collectgarbage() -- pools end
    collectgarbage()
  end)

   it("has every function of the module, and no other", function()
      local names = {}
      for name in pairs(ipc) do names[name] = true end
      assert.same(names, reference[""])
   end)

   for class, make in pairs(makers) do
      it("has every method and field of a " .. class .. ", and no other", function()
         assert.same(reachable((make())), reference[class])
      end)
   end

   it("has every option, and the constructors refuse others by name", function()
      local text, count = read_reference(), 0
      for class, name in text:gmatch "@overload fun%(options: ([%w_%.]+)%)[^\n]*\nfunction ipc%.([%w_]+)%(" do
         local written, known = {}, {}
         if name == "table" then goto next end -- any key is one of the contents
         local fields = text:match("\n%-%-%-@class " .. class:gsub("%.", "%%.") .. "\n(.-)\n\n")
         for field in ("\n" .. fields):gmatch "\n%-%-%-@field ([%w_]+)" do written[field] = true end
         local ok, message = pcall(function() ipc[name]{ colour = "red" } end)
         assert.is_false(ok)
         local list = message:match "^spec/reference_spec.lua:%d+: [%w_]+: unknown option \"colour\"; there are: (.*)$"
         for option in list:gmatch "[%w_]+" do known[option] = true end
         assert.same(written, known, name)
         count = count + 1
         ::next::
      end
      assert(count >= 14, count)
   end)

   it("has every kind of object", function()
      for class in pairs(reference) do
         local far = class:find "^far" -- spec/remote/differences_spec.lua
         assert(class == "" or class == "hold" or far or makers[class], class)
      end
   end)

   it("has every method of what hold returns", function()
      local held = ipc.lock():hold()
      local names = {}
      for name in pairs(getmetatable(held).__index) do names[name] = true end
      held:release()
      assert.same(names, reference.hold)
   end)
end)
