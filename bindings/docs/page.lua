-- Makes the HTML page of what docs/annotations.lua has read.
--
-- page.render(reference, title, style) returns one page that needs nothing else.  Everything has an anchor, such as
-- `ipc.queue`, `queue:put`, `queue.maxsize`, `tidelock.queue`, and `section-queue` for a section.
--
-- A template is filled by fill(text, values): $name is the value of that name, escaped unless fill made it; a list is
-- put together.  So what comes from the annotations cannot become a tag.
local page = {}

local ESCAPED = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function markup(value)
  if type(value) ~= "table" then return (tostring(value):gsub('[&<>"]', ESCAPED)) end
  if value.markup then return value.markup end
  local parts = {}
  for n, part in ipairs(value) do parts[n] = markup(part) end
  return table.concat(parts)
end

local function fill(template, values)
  return { markup = (template:gsub("%$(%l+)", function(name)
    return markup(assert(values[name] ~= nil and values[name], name))
  end)) }
end

local function each(list, make)
  local made = {}
  for n, item in ipairs(list) do made[n] = make(item, n) end
  return made
end

local function anchor_of(item)
  if item.kind == "function" then return item.owner .. item.separator .. item.name end
  return item.name
end

local function field_anchor(class, field)
  return ((class.variable or class.name) .. "." .. field.name):gsub("[^%w_.]", "-")
end

local function section_anchor(section)
  return "section-" .. section.title:lower():gsub("%W+", "-")
end

-- { [anchor] = true } for all that code in the prose may refer to
local function anchors_of(reference)
  local anchors = {}
  for _, section in ipairs(reference.sections) do
    for _, item in ipairs(section.items) do
      if item.name then anchors[anchor_of(item)] = true end
      for _, field in ipairs(item.fields) do anchors[field_anchor(item, field)] = true end
    end
  end
  return anchors
end

-- `code` in prose: a link where it names something else that is on the page, by itself or in the same class.
local function code(text, item, anchors)
  local class = item.class or item
  local variable = class.variable or "ipc"
  for _, name in ipairs{ text, variable .. ":" .. text, variable .. "." .. text } do
    if anchors[name] and name ~= anchor_of(item) then
      return fill('<a href="#$anchor"><code>$text</code></a>', { anchor = name, text = text })
    end
  end
  return fill("<code>$text</code>", { text = text })
end

local function inline(text, item, anchors)
  local parts, at = {}, 1
  for before, quoted, after in text:gmatch("([^`]*)`([^`]*)`()") do
    parts[#parts + 1], parts[#parts + 2] = before, code(quoted, item, anchors)
    at = after
  end
  parts[#parts + 1] = text:sub(at)
  return parts
end

-- What a line of prose begins, and its text: "pre" is code, indented by four; "li" an item of a list, after a `*`; ""
-- stands between two blocks.
local function line_kind(line)
  if line:find("^    ") then return "pre", line:sub(5) end
  if line:find("^%* ") then return "li", line:sub(3) end
  return line:find("%S") and "p" or "", (line:gsub("^%s+", ""))
end

local function continues(block, kind, line)
  if block.kind == "li" then return kind ~= "li" and line:find("^  ") end
  return kind == block.kind
end

local function blocks_of(lines)
  local blocks, open = {}, nil
  for _, line in ipairs(lines) do
    local kind, text = line_kind(line)
    if kind == "" then
      open = nil
    elseif open and continues(open, kind, line) then
      open.text = open.text .. "\n" .. text
    else
      open = { kind = kind, text = text }
      blocks[#blocks + 1] = open
    end
  end
  return blocks
end

local function prose(item, anchors)
  local blocks = blocks_of(item.prose)
  return each(blocks, function(block, n)
    local before, after = blocks[n - 1] or {}, blocks[n + 1] or {}
    local is_item = block.kind == "li"
    return fill("$begin<$kind>$text</$kind>\n$end", {
      kind = block.kind, text = block.kind == "pre" and block.text or inline(block.text, item, anchors),
      begin = is_item and before.kind ~= "li" and { markup = "<ul>\n" } or "",
      ["end"] = is_item and after.kind ~= "li" and { markup = "</ul>\n" } or "",
    })
  end)
end

local function type_of(pieces, reference)
  return fill('<code class="type">$pieces</code>', { pieces = each(pieces, function(piece)
    if not piece.name then return piece end
    if not reference.named[piece.name] then return piece.name end
    return fill('<a href="#$name">$name</a>', piece)
  end) })
end

-- Rows of name, type and what is said about it.
local function rows(list, caption, item, reference, anchors, id_of)
  if #list == 0 then return "" end
  local made = each(list, function(row)
    return fill("<tr$id><th>$name$mark</th><td>$type</td><td>$text</td></tr>\n", {
      id = id_of and fill(' id="$id"', { id = id_of(row) }) or "",
      name = row.name or "", mark = row.optional and "?" or "",
      type = type_of(row.type, reference), text = inline(row.text or "", item, anchors),
    })
  end)
  return fill("<table><caption>$caption</caption>\n$rows</table>\n", { caption = caption, rows = made })
end

-- (value [, options [, more]])
local function parameters(item)
  local text, open = "", 0
  for n, param in ipairs(item.params) do
    if param.optional then
      text, open = text .. (n > 1 and " [" or "["), open + 1
    end
    text = text .. (n > 1 and ", " or "") .. param.name
  end
  return "(" .. text .. ("]"):rep(open) .. ")"
end

local makers = {}

function makers.prose(item, _, anchors)
  return prose(item, anchors)
end

-- Links to what is called on the class, or on the module.
local function methods(item, reference)
  local links = {}
  for _, section in ipairs(reference.sections) do
    for _, other in ipairs(section.items) do
      if other.kind == "function" and other.class == item then
        links[#links + 1] = fill(' <a href="#$anchor"><code>$name</code></a>', {
          anchor = anchor_of(other), name = other.name,
        })
      end
    end
  end
  return #links > 0 and fill("<p>Calls:$links</p>\n", { links = links }) or ""
end

makers["function"] = function(item, reference, anchors)
  local name = anchor_of(item)
  return fill([[
<article id="$name"><h3><a href="#$name">$name</a>$parameters</h3>
$overloads$prose$params$returns</article>
]], {
    name = name, parameters = parameters(item), prose = prose(item, anchors),
    overloads = each(item.overloads, function(overload)
      return fill('<p class="also">also <code>$name</code>$type</p>\n', {
        name = name, type = type_of({ "(", table.unpack(overload, 2) }, reference),
      })
    end),
    params = rows(item.params, "Parameters", item, reference, anchors),
    returns = rows(item.returns, "Returns", item, reference, anchors),
  })
end

function makers.class(item, reference, anchors)
  return fill([[
<article id="$name" class="class"><h3><a href="#$name">$name</a>$parent</h3>
$prose$methods$fields$operators</article>
]], {
    name = item.name, prose = prose(item, anchors), methods = methods(item, reference),
    parent = item.parent and { ": ", type_of(item.parent, reference) } or "",
    fields = rows(item.fields, "Fields", item, reference, anchors, function(row) return field_anchor(item, row) end),
    operators = rows(item.operators, "Operators", item, reference, anchors),
  })
end

function makers.alias(item, reference, anchors)
  return fill([[
<article id="$name" class="class"><h3><a href="#$name">$name</a></h3>
<p>$type $text</p>
$prose$choices</article>
]], {
    name = item.name, prose = prose(item, anchors), text = inline(item.text or "", item, anchors),
    type = item.type and type_of(item.type, reference) or "one of",
    choices = #item.choices > 0 and fill("<ul>\n$choices</ul>\n", { choices = each(item.choices, function(choice)
      return fill("<li>$type $text</li>\n", {
        type = type_of(choice.type, reference), text = inline(choice.text, item, anchors),
      })
    end) }) or "",
  })
end

local function contents(section)
  return fill('<li><a href="#$anchor">$title</a>\n<ul>$items</ul></li>\n', {
    anchor = section_anchor(section), title = section.title, items = each(section.items, function(item)
      if not item.name then return "" end
      return fill('<li><a href="#$name">$name</a></li>\n', { name = anchor_of(item) })
    end),
  })
end

function page.render(reference, title, style)
  local anchors = anchors_of(reference)
  return markup(fill([[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
$style</style>
</head>
<body>
<nav aria-label="Contents">
<h2>Contents</h2>
<ul>
$contents</ul>
</nav>
<main>
<h1>$title</h1>
$sections</main>
</body>
</html>
]], {
    title = title, style = { markup = style }, contents = each(reference.sections, contents),
    sections = each(reference.sections, function(section)
      return fill('<section><h2 id="$anchor">$title</h2>\n$items</section>\n', {
        anchor = section_anchor(section), title = section.title,
        items = each(section.items, function(item) return makers[item.kind](item, reference, anchors) end),
      })
    end),
  }))
end

return page
