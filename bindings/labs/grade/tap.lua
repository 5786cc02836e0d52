--- Grade tap: TAP 14, a test point for each property, with a block of YAML below those that failed.
local encode = require "formats.json_encode"
local texts = require "labs.grade.texts"
local valid_utf8 = require "formats.valid_utf8"

-- Without what YAML cannot hold, or takes for the end of a line.
local function clean(text)
  return (valid_utf8(text, "?"):gsub("\127", "?"):gsub("\xC2[\x80-\x9F]", "?"):gsub("\xE2\x80[\xA8\xA9]", " ")
    :gsub("\xEF\xBF[\xBE\xBF]", "?"))
end

-- What stands behind a test point is no directive and has no line's end.
local function description(text) return (clean(text):gsub("%c", " "):gsub("\\", "\\\\"):gsub("#", "\\#")) end

-- Strings of JSON are strings of YAML; a text of several lines is a block.
local function block(lines, key, value)
  if value == nil then return end
  if type(value) == "string" then value = clean(value) end
  if type(value) ~= "string" or not value:find "\n" or value:find "[%c]" and value:find "[^%C\n]" then
    lines[#lines + 1] = ("  %s: %s"):format(key, encode(value))
    return
  end
  lines[#lines + 1] = ("  %s: |2"):format(key)
  for line in (value .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line == "" and "" or "    " .. line end
end

local function point(lines, submission, record, property, number)
  lines[#lines + 1] = ("%s %d - %s"):format(property.passed and "ok" or "not ok", number,
    description(("%s: %s: %s"):format(submission.name, record.lab, property.name)))
  if property.passed then return end
  lines[#lines + 1] = "  ---"
  block(lines, "message", texts.why(record, property))
  block(lines, "severity", property.passed == nil and "unjudged" or "fail")
  block(lines, "at", { file = record.file })
  block(lines, "points", property.points or 0)
  block(lines, "most", property.most)
  block(lines, "schedules", record.schedules)
  block(lines, "seed", record.seed)
  if property.name == record.property then
    block(lines, "schedule", record.moves)
    block(lines, "output", (record.text or ""):gsub("\n+$", ""))
  end
  lines[#lines + 1] = "  ..."
end

--- The text for all submissions of a report (labs/grade/grade).
return function(report)
  local lines, count = {}, 0
  for _, submission in ipairs(report.submissions) do
    texts.each(submission, function(record, property)
      count = count + 1
      point(lines, submission, record, property, count)
    end)
  end
  return ("TAP version 14\n1..%d\n%s\n"):format(count, table.concat(lines, "\n"))
end
