--- Grade exercism: results.json, version 3, of one exercise: a test for each property.
local encode = require "formats.json_encode"
local texts = require "labs.grade.texts"

local MOST_OUTPUT, MOST_MESSAGE = 500, 65535
local CUT = "... (cut)"

-- At most so many characters, of UTF-8 or not.
local function cut(text, most)
  local length = utf8.len(text)
  if not length then return #text <= most and text or text:sub(1, most - #CUT) .. CUT end
  if length <= most then return text end
  return text:sub(1, utf8.offset(text, most - #CUT + 1) - 1) .. CUT
end

local function test_of(record, property, number)
  local test = { name = ("%s: %s"):format(record.title, property.name), task_id = number,
    status = property.passed and "pass" or property.passed == nil and "error" or "fail",
    test_code = ("property %q of the lab %s, in every schedule"):format(property.name, record.lab) }
  if not property.passed then
    test.message = cut(texts.whole(record, property), MOST_MESSAGE)
    test.output = cut(texts.why(record, property), MOST_OUTPUT)
  end
  return test
end

local BROKEN = { unread = true, missing = true, stopped = true }

--- The text for one submission of a report (labs/grade/grade).
return function(_, submission)
  local record = submission.records[1]
  if BROKEN[record.state] then
    return encode{ version = 3, status = "error", message = cut(record.text or record.sentence, MOST_MESSAGE) } .. "\n"
  end
  local tests, all = {}, true
  for i, property in ipairs(record.properties) do
    tests[i], all = test_of(record, property, i), all and property.passed
  end
  return encode{ version = 3, status = all and "pass" or "fail", tests = tests } .. "\n"
end
