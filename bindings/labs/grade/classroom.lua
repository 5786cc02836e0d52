--- Grade classroom: what GitHub Classroom's reporter decodes from <ID>_RESULTS: base64 of a version 1 object.
local base64 = require "formats.base64"
local encode = require "formats.json_encode"
local texts = require "labs.grade.texts"

local function status_of(property)
  return property.passed and "pass" or property.passed == nil and "error" or "fail"
end

--- The text for one submission of a report (labs/grade/grade).
return function(_, submission)
  local tests, status = {}, "pass"
  texts.each(submission, function(record, property, number)
    local own = status_of(property)
    tests[number] = { name = ("%s: %s"):format(record.lab, property.name), status = own, score = property.points or 0,
      max_score = property.most, message = not property.passed and texts.whole(record, property) or nil,
      line_no = 0, filename = record.file, execution_time = ("%.2fs"):format(record.seconds or 0),
      test_code = "tidelock lab check " .. record.lab }
    if own ~= "pass" and status ~= "error" then status = own end
  end)
  return base64(encode{ version = 1, status = status, max_score = submission.most, tests = tests }) .. "\n"
end
