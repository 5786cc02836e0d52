--- Submissions: what a folder to be graded holds: one submission, or a folder for each student.
local files = require "labs.files"
local pack = require "labs.pack"

local submissions = {}

-- The student's files may lie in labs/, as `tidelock lab` makes them.
local PLACES = { "", "/labs" }

-- What a link leads to may be another student's, or the grader's.
local function is_within(folder, path)
  local whole, real = files.real(folder), files.real(path)
  return whole and real and real:sub(1, #whole + 1) == whole .. "/"
end

-- The path of what has the name of a lab's file, whether it is one or not; nil: there is none, and whether there is a
-- link that leads elsewhere.
local function find_file(folder, lab)
  local leads_out = false
  for _, place in ipairs(PLACES) do
    local path = ("%s%s/%s"):format(folder, place, pack.file_name(lab))
    if files.stat(path) then
      if is_within(folder, path) then return path end
      leads_out = true
    end
  end
  return nil, leads_out
end

-- { name, folder, files = { [name of a lab] = path }, leads_out = { [name] = whether its file is such a link } }, and
-- whether there is any file.
local function look(name, folder, labs)
  local found, any = { name = name, folder = folder, files = {}, leads_out = {} }, false
  for _, lab in ipairs(labs) do
    found.files[lab.name], found.leads_out[lab.name] = find_file(folder, lab)
    any = any or found.files[lab.name] ~= nil
  end
  return found, any
end

local function base(path) return (files.real(path) or path):match "[^/]*$" end

--- The submissions of a folder, by name, and whether it is one for several students. Raises { wrong = text }.
function submissions.of(directory, labs)
  local names, why = files.list(directory)
  if not names then error({ wrong = "nothing to grade: " .. why }, 0) end
  local whole, any = look(base(directory), directory, labs)
  if any then return { whole }, false end
  local list = {}
  for _, name in ipairs(names) do
    local folder = directory .. "/" .. name
    local stat = files.stat(folder)
    if stat and stat.kind == "folder" and not name:find "^%." then
      list[#list + 1], any = look(name, folder, labs), true
    end
  end
  if not any then
    error({ wrong = ("nothing to grade: in %s there is no file of a lab, such as %s, and no folder of a student")
      :format(directory, pack.file_name(labs[1])) }, 0)
  end
  return list, true
end

--- Those of the labs for which some submission has a file.
function submissions.labs_of(list, labs)
  local found = {}
  for _, lab in ipairs(labs) do
    for _, submission in ipairs(list) do
      if submission.files[lab.name] then
        found[#found + 1] = lab
        break
      end
    end
  end
  return found
end

return submissions
