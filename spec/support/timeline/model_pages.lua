-- The pages of spec/support/timeline/page_models.lua, in a browser.
local browser = dofile "spec/support/timeline/browser.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local model_pages = {}
model_pages.__index = model_pages

-- Whether there is a browser; else why not.
model_pages.is_there = browser.is_there

-- Starts a browser, and has a folder for the pages.
function model_pages.start()
  local self = setmetatable({ folder = shell.run("mktemp -d"):match "%S+", written = {} }, model_pages)
  self.page = browser.start(self.folder .. "/profile")
  self.page:prefer("light", true)
  return self
end

-- The page of that name, written once; its path, and its text.
function model_pages:write(name, count)
  local path = ("%s/%s.html"):format(self.folder, name)
  if self.written[name] then return path, self.written[name] end
  local line = "TIDELOCK_EXPLORER=spec/support/timeline/page_models.lua %s explore %s %s %d"
  local out, err, status = shell.run(line:format(shell.tidelock, name, path, count or 0), 120)
  assert(status == 0, out .. err)
  local text = files.read(path)
  self.written[name] = text
  return path, text
end

function model_pages:open(name, width, count)
  self.page:open(self:write(name, count), width)
end

function model_pages:close()
  self.page:close()
  os.execute("rm -rf " .. self.folder)
end

return model_pages
