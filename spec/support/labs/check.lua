-- Checks a file against a lab, without the command line:
--   TIDELOCK_EXPLORER=spec/support/labs/check.lua tidelock explore LAB-DIRECTORY [STUDENT-FILE] [jobs] [idle]
local _, directory, path, jobs, idle = ...
package.preload.tidelock = function() return {} end
local lab = dofile(directory .. "/lab.lua")
lab.directory, lab.name = directory, directory:match "([^/]*)/*$"
local check = require "judge.check"
local verdict = check(lab, path ~= "" and path or nil, { jobs = tonumber(jobs), idle = idle == "idle" })
io.stdout:write(verdict.text)
io.stdout:write(("-- %s, property %s, %d schedules, exhausted %s, %.2f s\n"):format(verdict.state,
  tostring(verdict.property), verdict.schedules, tostring(verdict.exhausted), verdict.seconds))
for _, row in ipairs(verdict.properties) do
  io.stdout:write(("-- %s: %s of %d\n"):format(row.name, tostring(row.points), row.most))
end
return verdict.state == "passed" and 0 or 1
