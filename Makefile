# Tidelock: `make help` lists the targets.

LUA     ?= 5.3
PREFIX  ?= /usr/local
DESTDIR ?=
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib/lua/$(LUA)
CC       = gcc
CFLAGS  ?= -O2 -g
LDFLAGS ?=
LUA_INCLUDE ?= /usr/include/lua$(LUA)
LUA_LIBRARY ?= -l:liblua$(LUA).a -lm -ldl
BUSTED  ?= /usr/bin/busted
# A build of its own kind: sanitize, tsan, or fault (kills tasks on request)
VARIANT ?=

# nothing below needs editing

flags_sanitize := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
flags_tsan     := -O1 -fsanitize=thread
flags_fault    := -DTL_FAULT
variant_flags  := $(flags_$(VARIANT))

build    := build/$(LUA)$(VARIANT:%=-%)
plain    := build/$(LUA)
fault    := build/$(LUA)-fault
sanitize := build/$(LUA)-sanitize

language := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -pthread \
	-iquote runtime -iquote bindings -I$(LUA_INCLUDE)
compile   = $(CC) $(language) $(CFLAGS) $(variant_flags) -MMD -MP -fPIC \
	-fvisibility=hidden -fno-semantic-interposition -ftls-model=initial-exec
link      = $(CC) $(CFLAGS) $(variant_flags) $(LDFLAGS) -pthread

# what only the program has: the module must not need readline
program_parts := program interrupt label repl prompt complete
program_files := $(program_parts:%=bindings/%.c)
module_files  := $(filter-out $(program_files),$(wildcard bindings/*.c))
runtime_files := $(wildcard runtime/*.c runtime/*/*.c)
test_files    := $(wildcard spec/c/*_test.c)
headers       := $(wildcard runtime/*.h runtime/*/*.h bindings/*.h spec/c/*.h)
lua_folders   := $(wildcard scripts spec bindings)

objects  = $(patsubst %.c,$(build)/%.o,$(1))
core     = $(build)/core.a
tests   := $(call objects,$(test_files))
tests   := $(tests:.o=)
tidied  := $(patsubst %.c,$(build)/%.tidied,$(runtime_files) $(module_files) \
	$(program_files) $(wildcard spec/c/*.c))

.PHONY: all demo test check bench lint sanitize install clean help \
	variant c-tests need-build need-demo need-test need-lint
.SECONDARY:
.DELETE_ON_ERROR:

all: $(build)/tidelock $(build)/tidelock.so ## the program and the module
	@ln -sf $(build)/tidelock $(build)/tidelock.so .

demo: need-demo all ## three scenarios, one after the other
	@for name in tickets sale kitchen; do \
	    printf '\n== scripts/%s.lua\n' $$name; \
	    ./tidelock scripts/$$name.lua || exit 1; \
	done

test: need-test $(plain)/tidelock $(plain)/tidelock.so ## all specs
	@$(MAKE) --no-print-directory VARIANT=fault variant c-tests
	LUA_CPATH="./$(plain)/?.so;;" TIDELOCK=$(plain)/tidelock \
	    TIDELOCK_FAULT=$(fault)/tidelock lua$(LUA) $(BUSTED)

check: test lint ## test and lint

bench: all ## what the operations cost
	./tidelock scripts/bench/run.lua

lint: need-lint $(tidied) ## clang-tidy and luacheck
	luacheck --quiet $(lua_folders)

sanitize: need-test $(plain)/tidelock.so ## the specs under ASan and UBSan
	@$(MAKE) --no-print-directory VARIANT=fault variant
	@$(MAKE) --no-print-directory VARIANT=sanitize variant c-tests
	ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
	    LUA_CPATH="./$(plain)/?.so;;" TIDELOCK=$(sanitize)/tidelock \
	    TIDELOCK_FAULT=$(fault)/tidelock $(sanitize)/tidelock $(BUSTED)

install: all ## into PREFIX, below DESTDIR
	install -D -m 755 $(build)/tidelock $(DESTDIR)$(BINDIR)/tidelock
	install -D -m 755 $(build)/tidelock.so $(DESTDIR)$(LIBDIR)/tidelock.so
	install -D -m 644 bindings/tidelock.d.lua \
	    $(DESTDIR)$(PREFIX)/share/tidelock/tidelock.d.lua

clean: ## removes what was built
	rm -rf build tidelock tidelock.so

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 16
	@echo "make LUA=5.4 TARGET: the same with Lua 5.4"

variant: $(build)/tidelock

c-tests: $(tests)
	@for test in $(tests); do echo $$test; $$test || exit 1; done

need-build need-demo need-test need-lint:
	@LUA_INCLUDE=$(LUA_INCLUDE) BUSTED=$(BUSTED) \
	    .ci/dependencies $(LUA) $(@:need-%=%)
need-demo need-test need-lint: | need-build

$(core): $(call objects,$(runtime_files) $(module_files))
	@echo '  AR  $@'; rm -f $@; ar rcs $@ $^

$(build)/tidelock: $(call objects,$(program_files)) $(core)
	@echo '  LD  $@'; $(link) -Wl,-E -o $@ $^ $(LUA_LIBRARY) -lreadline

$(build)/tidelock.so: $(call objects,$(runtime_files) $(module_files))
	@echo '  LD  $@'; $(link) -shared -o $@ $^

$(tests): %: %.o $(core)
	@echo '  LD  $@'; $(link) -o $@ $^ $(LUA_LIBRARY)

$(build)/%.o: %.c Makefile | need-build
	@mkdir -p $(@D)
	@echo '  CC  $@'; $(compile) -c -o $@ $<

$(build)/%.tidied: %.c $(headers) .clang-tidy | need-lint
	@mkdir -p $(@D)
	@echo '  TIDY $<'; clang-tidy --quiet $< -- $(language) -DTL_FAULT \
	    >$@ 2>&1 || { cat $@; exit 1; }

-include $(patsubst %.c,$(build)/%.d,$(runtime_files) $(module_files) \
	$(program_files) $(test_files))
