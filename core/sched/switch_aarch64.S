/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch_aarch64.S - exchange stacks, AAPCS64.
 *
 * Callee-saved registers (x19 to x30, the low halves of v8 to v15) are pushed to the old stack and
 * popped from the new one.
 */
#if defined(__aarch64__)

	.text

/* void mm_fiber_exchange(void **save, void *load) */
	.globl	mm_fiber_exchange
	.hidden	mm_fiber_exchange
	.type	mm_fiber_exchange, %function
	.p2align 4
mm_fiber_exchange:
	sub	sp, sp, #160
	stp	x19, x20, [sp]
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x2, sp
	str	x2, [x0]
	mov	sp, x1
	ldp	x19, x20, [sp]
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	add	sp, sp, #160
	br	x30
	.size	mm_fiber_exchange, .-mm_fiber_exchange

/* First instructions of a fiber: x19 is the argument, x20 the function (fiber.c). */
	.globl	mm_fiber_entry
	.hidden	mm_fiber_entry
	.type	mm_fiber_entry, %function
	.p2align 4
mm_fiber_entry:
	.cfi_startproc
	.cfi_undefined x30
	mov	x0, x19
	blr	x20
	brk	#0
	.cfi_endproc
	.size	mm_fiber_entry, .-mm_fiber_entry

#endif

#if defined(__linux__)
	.section .note.GNU-stack, "", %progbits
#endif
