/*
 * Key names: what the bytes mean that a terminal sends for a key.
 *
 * A printable character is its own name, as UTF-8; besides there are "space",
 * "enter", "tab", "backtab", "backspace", "escape", "up", "down", "left",
 * "right", "home", "end", "insert", "delete", "pageup", "pagedown", "F1" to
 * "F12", and the same behind "ctrl-", "alt-" or "shift-" as far as a terminal
 * tells: "ctrl-c", "alt-x", "ctrl-up".
 */
#ifndef KEY_NAMES_H
#define KEY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define KEY_NAME_SIZE 32

/* Names the key at the beginning of these bytes, at least one; how many bytes
 * it has.  0: more may belong to it, which `ended` rules out.  An empty name is
 * a sequence that means no key. */
size_t key_names_read(const char *bytes, size_t size, bool ended,
                      char name[KEY_NAME_SIZE]);

#define KEY_PASTE "paste-begins" /* up to the mark: text that was pasted */
#define KEY_PASTE_END "\033[201~"

#endif
