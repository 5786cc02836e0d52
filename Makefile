# Tidelock: `make help` lists the targets.

# with LUA_INCLUDE alone: the version that lies there
ifneq ($(origin LUA_INCLUDE),undefined)
LUA     ?= 5.$(shell sed -nE 's/^.define LUA_VERSION_MINOR(_N)?[^0-9]*([0-9]+).*/\2/p' $(LUA_INCLUDE)/lua.h)
endif
LUA     ?= 5.3
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib/lua/$(LUA)
CC       = gcc
CFLAGS  ?= -O2 -g
LUA_INCLUDE ?= /usr/include/lua$(LUA)
LUA_LIBRARY ?= -l:liblua$(LUA).a -lm -ldl
# static: the fewer mappings a process has, the faster it forks (by 1/8)
LIBRARIES ?= -Wl,-Bstatic,--exclude-libs,libsodium.a,--exclude-libs,libz.a -lsodium -lz -Wl,-Bdynamic
SODIUM   = -lsodium
# of tidelock_remote.so, which alone needs them; REMOTE=no leaves that out, REMOTE=auto where they are not there
REMOTE  ?= yes
REMOTE_LIBRARIES ?= -lhiredis -lssl -lcrypto
BUSTED  ?= /usr/bin/busted
# of make test and sanitize: files or folders; none: all
SPECS  ?=
# a build of its own kind: sanitize, tsan, fuzz, or fault (kills tasks on request)
VARIANT ?=

# nothing below needs editing

build    := build/$(LUA)$(VARIANT:%=-%)
plain    := build/$(LUA)
language := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -pthread
# what a part may include: the runtime knows neither the bindings nor Lua
runtime_sees  := -iquote runtime
bindings_sees := -iquote bindings -iquote runtime -I$(LUA_INCLUDE)
spec_sees     := -iquote runtime -iquote bindings -iquote spec/c -I$(LUA_INCLUDE)
sees      = $($(firstword $(subst /, ,$<))_sees)
compile   = $(CC) $(language) $(sees) $(CFLAGS) $(flags_$(VARIANT)) -MMD -MP -fPIC \
	-fvisibility=hidden -fno-semantic-interposition -ftls-model=initial-exec -falign-functions=32
link      = $(CC) -Wl,-z,now $(CFLAGS) $(flags_$(VARIANT)) $(LDFLAGS) -pthread

# what only the program has
program_rooms := embedded explore timeline top judge labs server terminal repl program
# files_of SUFFIX,ROOMS: with those of their parts
files_of       = $(wildcard $(foreach room,$2,bindings/$(room)/*.$1 bindings/$(room)/*/*.$1))
program_files := $(call files_of,c,$(program_rooms))
# Lua that is a part of the program: explore/search/races.lua is require "explore.search.races"
embedded      := $(call files_of,lua,help formats $(program_rooms))
# Lua that is made of other texts, each by a rule below
generated     := bindings/repl/reference.lua bindings/timeline/sources.lua
page_sources  := $(wildcard bindings/timeline/page/*)
# what is a module of its own, loaded by ipc.open("redis://...")
remote_files  := $(wildcard $(patsubst %,%/*.c,runtime/wire runtime/remote bindings/remote))
remote_lua    := $(wildcard bindings/remote/*.lua bindings/engine/*.lua)
core_files    := $(filter-out $(remote_files),$(wildcard runtime/*/*.c) \
	$(filter-out $(program_files),$(wildcard bindings/*.c bindings/*/*.c)))

.DEFAULT_GOAL := all
include .ci/checks.mk

core_objects  := $(core_files:%.c=$(build)/%.o)
# standard and helper_thread: of a process, and so in both, as the module is loaded without the names of the core
remote_objects := $(remote_files:%.c=$(build)/%.o) $(addprefix $(build)/,$(patsubst %,runtime/base/%.o,standard helper_thread) \
	$(remote_lua:%=%.o) bindings/help/nearest.lua.o)
with_remote := $(if $(filter auto,$(REMOTE)),$(shell printf '\043include <%s.h>\n' hiredis/read openssl/ssl | \
	$(CC) $(CFLAGS) -E - >/dev/null 2>&1 && echo yes),$(REMOTE))
remote_module := $(if $(filter yes,$(with_remote)),$(build)/tidelock_remote.so)

busted_with = LUA_CPATH="./$(plain)/?.so;;" TIDELOCK=$(1)/tidelock TIDELOCK_FAULT=$(plain)-fault/tidelock \
	.ci/specs $(2) $(BUSTED) $(SPECS)
# what is run at once says its lines together
variant     = +@$(MAKE) --no-print-directory --output-sync VARIANT=$(1) $(2)

.PHONY: all demo test bench docs install install-module uninstall module clean help program c-tests
.DELETE_ON_ERROR:

all: program module ## the program and the module
	@ln -sf $(build)/tidelock $(build)/tidelock.so $(remote_module) .

demo: need-demo all ## three scenarios, one after the other
	@set -e; for name in tickets sale kitchen; do printf '\n== scripts/%s.lua\n' $$name; ./tidelock scripts/$$name.lua; done

test: need-test program module ## all specs, or those in SPECS=spec/sync
	$(call variant,fault,program c-tests)
	$(call busted_with,$(plain),lua$(LUA))

bench: all ## what the operations cost
	./tidelock scripts/bench/run.lua
	./tidelock scripts/bench/simulation.lua
	./tidelock scripts/bench/exploration.lua
	./tidelock scripts/bench/tracing.lua
	./tidelock scripts/bench/remote.lua

docs: program ## the API reference, the man page and completions: build/docs
	@mkdir -p build/docs; $(build)/tidelock bindings/docs/make.lua \
	    bindings/tidelock.d.lua build/docs/tidelock.html
	@$(build)/tidelock bindings/docs/program.lua build/docs

# bin/tidelock is the first that was installed, of those for several Luas
bin   = '$(DESTDIR)$(PREFIX)/bin'
share = '$(DESTDIR)$(PREFIX)/share'
lib   = '$(DESTDIR)$(LIBDIR)'
# the documents lie in one folder there: their links lose the tree's
beside = -E 's,(\]\(|(src|srcset)=")(\.\./\.\./|bindings/docs/|build/docs/),\1,g'
install: install-module program docs ## into PREFIX, below DESTDIR
	install -D -m 755 $(build)/tidelock $(bin)/tidelock$(LUA)
	[ -L $(bin)/tidelock ] && [ -e $(bin)/tidelock ] || ln -sf tidelock$(LUA) $(bin)/tidelock
	install -D -m 644 -t $(share)/tidelock \
	    bindings/tidelock.d.lua README.md $(wildcard bindings/docs/*.md bindings/docs/*.png) build/docs/tidelock.html
	cd $(share)/tidelock; sed -i $(beside) *.md
	cp --parents scripts/*.lua $$(find scripts/labs scripts/grading -type f) $(share)/tidelock
	install -D -m 644 -t $(share)/man/man1 build/docs/tidelock.1
	install -D -m 644 build/docs/tidelock.bash $(share)/bash-completion/completions/tidelock
	install -D -m 644 -t $(share)/zsh/site-functions build/docs/_tidelock
install-module: module
	install -D -m 755 $(build)/tidelock.so $(lib)/tidelock.so
	$(if $(remote_module),install -m 755 $(remote_module) $(lib)/tidelock_remote.so)

uninstall: ## what install has put there, for this LUA
	rm -f $(bin)/tidelock$(LUA) $(lib)/tidelock.so $(lib)/tidelock_remote.so
	@set -- $(bin)/tidelock5.*; if [ -e "$$1" ]; then \
	    [ -e $(bin)/tidelock ] || ln -sf "$${1##*/}" $(bin)/tidelock; \
	else \
	    rm -rf $(bin)/tidelock $(share)/tidelock $(share)/man/man1/tidelock.1 \
	        $(share)/bash-completion/completions/tidelock $(share)/zsh/site-functions/_tidelock; \
	fi

clean: ## removes what was built
	rm -rf build tidelock tidelock.so tidelock_remote.so

help: ## this list
	@sed -nE 's/^([a-z0-9]+):.*## (.*)/make \1\t\2/p' $(filter-out %.d,$(MAKEFILE_LIST)) | expand -t 16; \
	echo 'with LUA=5.4: the same for Lua 5.4'

program: $(build)/tidelock $(remote_module)
module: $(build)/tidelock.so $(remote_module)

$(build)/core.a: $(core_objects)
	@echo '  AR  $@'; rm -f $@; ar rcs $@ $^
$(build)/tidelock: $(program_files:%.c=$(build)/%.o) $(embedded:%=$(build)/%.o) $(generated:%=$(build)/%.o) $(build)/core.a
	@echo '  LD  $@'; $(link) -Wl,-E -o $@ $^ $(LUA_LIBRARY) $(LIBRARIES)
$(build)/tidelock.so: $(core_objects)
	@echo '  LD  $@'; $(link) -shared -Wl,-z,nodelete -o $@ $^ -lsodium # threads may outlive it
$(build)/tidelock_remote.so: $(remote_objects)
	@echo '  LD  $@'; $(link) -shared -Wl,-z,nodelete -o $@ $^ $(REMOTE_LIBRARIES)

include .ci/tests.mk

$(build)/%.o: %.c Makefile .ci/checks.mk | need-build
	@echo '  CC  $@'; mkdir -p $(@D); $(compile) -c -o $@ $<
$(build)/%.lua.o: %.lua bindings/embedded/embed.S Makefile | need-build
	@echo '  LUA $@'; mkdir -p $(@D); $(CC) -c -DFILE='"$<"' -DNAME='"$(subst /,.,$(<:bindings/%.lua=%))"' -o $@ bindings/embedded/embed.S
# :help of the REPL reads the reference: its text is what require "repl.reference" returns
$(build)/bindings/repl/reference.lua: bindings/tidelock.d.lua Makefile
	@mkdir -p $(@D); { echo 'return [==['; cat $<; echo ']==]'; } >$@
# the page of a timeline: require "timeline.sources" has each of its files by name
$(build)/bindings/timeline/sources.lua: $(page_sources) Makefile
	@mkdir -p $(@D); { echo 'return {'; for file in $(page_sources); do \
	    echo "['$${file##*/}'] = [==["; cat $$file; echo ']==],'; done; echo '}'; } >$@
$(generated:%=$(build)/%.o): %.o: % bindings/embedded/embed.S Makefile | need-build
	@echo '  LUA $@'; $(CC) -c -DFILE='"$<"' -DNAME='"$(subst /,.,$(<:$(build)/bindings/%.lua=%))"' -o $@ bindings/embedded/embed.S
-include $(shell find $(build) -name '*.d' 2>/dev/null)
