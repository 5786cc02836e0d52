/*
 * The text of one Lua module, as a row of the table that the linker makes of
 * all such rows (embedded/rows.h).  NAME and FILE are given by the Makefile.
 */
    .section .rodata.embedded_text, "a", %progbits
.Lname:
    .asciz NAME
.Lfile:
    .asciz FILE
.Ltext:
    .incbin FILE
.Lend:
    .section embedded_lua, "aw", %progbits
    .balign 8
    .quad .Lname
    .quad .Lfile
    .quad .Ltext
    .quad .Lend
    .section .note.GNU-stack, "", %progbits
