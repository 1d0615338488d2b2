/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * switch_x86_64.S - exchange stacks, System V ABI.
 *
 * Callee-saved registers are pushed to the old stack and popped from the new one. The return is an
 * indirect jump: the return predictor would expect the caller on the old stack. The floating-point
 * control words are not saved, since they never change.
 */
#if defined(__x86_64__)

	.text

/* void mm_fiber_exchange(void **save, void *load) */
	.globl	mm_fiber_exchange
	.hidden	mm_fiber_exchange
	.type	mm_fiber_exchange, @function
	.p2align 4
mm_fiber_exchange:
	pushq	%rbp
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbx
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%rbx
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	popq	%rbp
	popq	%rcx
	jmpq	*%rcx
	.size	mm_fiber_exchange, .-mm_fiber_exchange

/* First instructions of a fiber: rbx is the argument, r12 the function (fiber.c). */
	.globl	mm_fiber_entry
	.hidden	mm_fiber_entry
	.type	mm_fiber_entry, @function
	.p2align 4
mm_fiber_entry:
	.cfi_startproc
	.cfi_undefined rip
	movq	%rbx, %rdi
	callq	*%r12
	ud2
	.cfi_endproc
	.size	mm_fiber_entry, .-mm_fiber_entry

#endif

#if defined(__linux__)
	.section .note.GNU-stack, "", @progbits
#endif
