--- Context: what the commands of the labs share: the pack, the folder with the student's files, the progress.
local files = require "labs.files"
local pack = require "labs.pack"
local paint = require "terminal.paint"
local progress = require "labs.progress"
local share = require "labs.share"
local system = require "terminal.system"
local text_file = require "labs.text_file"

local context = {}
context.__index = context

local FOLDER, NARROW, WIDE = "labs", 60, 120

local function refuse(text, ...) error({ wrong = text:format(...), status = 1 }, 0) end

-- Where the student's files are: here, for whoever went into the folder, or in ./labs.
local function find_folder()
  return progress.is_in "." and "." or FOLDER
end

-- The pack that was asked for, or is that of the folder, or comes along.
local function find_pack(asked, of_folder)
  if asked then return asked end
  if of_folder then return of_folder end
  local path, why = share "scripts/labs"
  if not path then refuse("the labs that come along are not there: %s. Give a directory: --pack DIR", why) end
  return path
end

-- One folder has the files of one pack: the same name may mean two labs.
local function remember_pack(self, asked)
  local own = self.progress.pack
  if not asked then return end
  local real = files.real(asked) or asked
  if own and own ~= real or not own and next(self.progress.rows) then
    refuse("the files in %s are of %s: start those of another pack in a folder of their own", self.folder,
      own or "the labs that come along")
  end
  self.progress.pack = real
end

--- Opens the pack alone, as grading and authors need it; `broken` as of pack.open.
function context.pack(asked, broken)
  return pack.open(find_pack(asked), broken)
end

-- What is told on a terminal of so many columns is so wide; nil: it is no terminal.
local function width_of(columns) return math.max(NARROW, math.min(columns or 80, WIDE)) end

local function look()
  local width = system.columns()
  return width_of(width), paint.wanted(system.is_terminal(1)), width ~= nil
end

--- Opens all of it; `asked`: the directory of --pack, or nil.
function context.open(asked)
  local self = setmetatable({ folder = find_folder() }, context)
  self.width, self.color, self.is_narrow = look()
  self.paint = paint.new(self.color)
  local damaged
  self.progress, damaged = progress.open(self.folder)
  if damaged then io.stderr:write(damaged, "\n") end
  remember_pack(self, asked)
  self.pack = pack.open(find_pack(asked, self.progress.pack))
  return self
end

--- The terminal has so many columns by now.
function context:resize(columns) self.width = width_of(columns) end

--- Writes a line for the user.
function context.say(_, text, ...)
  io.stdout:write(select("#", ...) > 0 and text:format(...) or text, "\n")
end

--- Whether the folder has been begun.
function context:has_begun() return progress.is_in(self.folder) end

--- The path of a lab's file.
function context:path(lab)
  local name = pack.file_name(lab)
  return self.folder == "." and name or ("%s/%s"):format(self.folder, name)
end

--- Writes the starter where the lab has no file yet; whether it did. One that is played has none.
function context:put_starter(lab)
  local path = self:path(lab)
  if lab.kind == "break" or files.stat(path) then return false end
  local starter = pack.starter(lab)
  local made, why = files.make(self.folder)
  if made then made, why = text_file.write(path, starter) end
  if not made then refuse("the lab's file cannot be written: %s", why) end
  return true
end

--- The lab of a word of the command line; raises { wrong = text }.
function context:lab(word)
  local lab, why = self.pack:lab(word)
  if not lab then refuse("%s", why) end
  return lab
end

local function is_pending(row, wanted)
  if wanted == "skipped" then return row.state == "skipped" end
  return row.state ~= "done" and row.state ~= "skipped"
end

--- The next lab that is to be done behind `lab`, or the first one: those that were skipped come last. nil: all is done.
function context:next(lab)
  local count, from = #self.pack.labs, lab and lab.number or 0
  for _, wanted in ipairs{ "open", "skipped" } do
    for i = 1, count do
      local each = self.pack.labs[(from + i - 1) % count + 1]
      if each ~= lab and is_pending(self.progress:of(each.name), wanted) then return each end
    end
  end
  return lab and self.progress:of(lab.name).state ~= "done" and lab or nil
end

--- How many are done.
function context:count_done()
  local count = 0
  for _, lab in ipairs(self.pack.labs) do
    if self.progress:of(lab.name).state == "done" then count = count + 1 end
  end
  return count
end

return context
