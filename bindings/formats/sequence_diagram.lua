--- Sequence diagram: what one of Mermaid is written with.
local diagram = {}
diagram.__index = diagram

-- What Mermaid takes for an end of the text.
local function clean(text)
  return (text:gsub("#", "#35;"):gsub(";", "#59;"):gsub("#35#59;", "#35;"):gsub("[%c]", " "):gsub("%%%%", "%% %%"))
end

--- With that title.
function diagram.new(title)
  return setmetatable({ lines = { "sequenceDiagram", "  title " .. clean(title) }, ids = {}, count = 0 }, diagram)
end

--- A participant, a task ("actor") or an object ("participant"), in the order of these calls; `key` is what the calls
--- below name it by.
function diagram:add(kind, key, name)
  if self.ids[key] then return end
  self.count = self.count + 1
  self.ids[key] = "p" .. self.count
  self.lines[#self.lines + 1] = ("  %s p%d as %s"):format(kind, self.count, clean(name))
end

--- Whether it is a participant.
function diagram:has(key) return key ~= nil and self.ids[key] ~= nil end

--- An arrow; `dashed`: of what only reads, or comes back.
function diagram:message(from, to, text, dashed)
  self.lines[#self.lines + 1] = ("  %s%s%s: %s"):format(self.ids[from], dashed and "-->>" or "->>", self.ids[to],
    clean(text))
end

--- A note over one of them; nil: over the first one, if there is one.
function diagram:note(key, text)
  if self.count == 0 then return end
  self.lines[#self.lines + 1] = ("  Note over %s: %s"):format(key and self.ids[key] or "p1", clean(text))
end

--- The whole.
function diagram:text()
  return table.concat(self.lines, "\n") .. "\n"
end

return diagram
