--- Grade junit: testsuites, a testsuite for each submission, a testcase for each property. What is to be read stands in
--- the text of <failure>, since GitLab shows nothing else; what could not be judged is an <error>.
local texts = require "labs.grade.texts"
local valid_utf8 = require "formats.valid_utf8"

local NAMED = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&apos;" }

-- Without what XML 1.0 cannot hold.
local function escaped(text)
  text = text:gsub("\27%[[%d;]*m", ""):gsub("[%z\1-\8\11\12\14-\31]", "?")
  return (valid_utf8(text, "?"):gsub("\xEF\xBF[\xBE\xBF]", "?"):gsub("[&<>\"']", NAMED))
end

-- In an attribute, a new line would become a blank.
local function attribute(text) return (escaped(text):gsub("\n", "&#10;"):gsub("\t", "&#9;")) end

local function case(submission, record, property, share)
  local head = ('    <testcase classname="%s.%s" name="%s" time="%.3f"'):format(attribute(submission.name),
    attribute(record.lab), attribute(("%s: %s (%s points)"):format(record.lab, property.name, property.most)), share)
  if property.passed then return head .. "/>" end
  local what = property.passed == nil and "error" or "failure"
  return ('%s>\n      <%s message="%s" type="%s">%s</%s>\n    </testcase>'):format(head, what,
    attribute(texts.why(record, property)), attribute(property.name), escaped(texts.whole(record, property)), what)
end

local function suite(submission)
  local cases, failures, errors = {}, 0, 0
  texts.each(submission, function(record, property)
    cases[#cases + 1] = case(submission, record, property, (record.seconds or 0) / #record.properties)
    if property.passed == false then failures = failures + 1 end
    if property.passed == nil then errors = errors + 1 end
  end)
  local head = ('  <testsuite name="%s" tests="%d" failures="%d" errors="%d" time="%.3f">\n'):format(
    attribute(submission.name), #cases, failures, errors, submission.seconds)
  return head .. table.concat(cases, "\n") .. "\n  </testsuite>\n", #cases, failures, errors
end

--- The text for all submissions of a report (labs/grade/grade).
return function(report)
  local suites, tests, failures, errors, seconds = {}, 0, 0, 0, 0
  for i, submission in ipairs(report.submissions) do
    local text, some, failed, wrong = suite(submission)
    suites[i], tests, failures, errors = text, tests + some, failures + failed, errors + wrong
    seconds = seconds + submission.seconds
  end
  return ('<?xml version="1.0" encoding="UTF-8"?>\n'
    .. '<testsuites name="%s" tests="%d" failures="%d" errors="%d" time="%.3f">\n%s</testsuites>\n'):format(
    attribute(report.pack), tests, failures, errors, seconds, table.concat(suites))
end
