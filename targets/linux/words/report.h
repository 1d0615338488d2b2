/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - BUG(), WARN(), printk().
 *
 * Calls that print are compiled, and print nothing: the kernel's formats have extensions that a C
 * library does not know.
 */
#ifndef MM_LINUX_REPORT_H
#define MM_LINUX_REPORT_H

#define BUG() br_bug(__FILE__, __LINE__, "BUG()")
#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(cond))                                                                \
			br_bug(__FILE__, __LINE__, "BUG_ON(" #cond ")");                           \
	} while (0)
#define VM_BUG_ON(cond) BUG_ON(cond)
#define VIRTUAL_BUG_ON(cond) ((void)sizeof(!(cond)))
#define VM_WARN_ON(cond) WARN_ON(cond)
#define VM_WARN_ON_ONCE(cond) WARN_ON(cond)

#define MM_WARN(cond, text)                                                                        \
	({                                                                                         \
		bool _warn = !!(cond);                                                             \
		if (unlikely(_warn))                                                               \
			br_warn(__FILE__, __LINE__, text);                                         \
		unlikely(_warn);                                                                   \
	})
#define WARN_ON(cond) MM_WARN(cond, "WARN_ON(" #cond ")")
#define WARN_ON_ONCE(cond) MM_WARN(cond, "WARN_ON_ONCE(" #cond ")")
#define WARN(cond, fmt...) MM_WARN(cond, "WARN(" #cond ")")
#define WARN_ONCE(cond, fmt...) MM_WARN(cond, "WARN_ONCE(" #cond ")")
#define panic(fmt...) br_bug(__FILE__, __LINE__, "panic()")

static inline int mm_no_print(const char *fmt, ...)
{
	return 0;
}

#define printk(fmt...) mm_no_print(fmt)
#define pr_emerg(fmt...) mm_no_print(fmt)
#define pr_crit(fmt...) mm_no_print(fmt)
#define pr_err(fmt...) mm_no_print(fmt)
#define pr_warn(fmt...) mm_no_print(fmt)
#define pr_warn_once(fmt...) mm_no_print(fmt)
#define pr_info(fmt...) mm_no_print(fmt)
#define pr_info_once(fmt...) mm_no_print(fmt)
#define pr_notice(fmt...) mm_no_print(fmt)
#define pr_cont(fmt...) mm_no_print(fmt)
#define pr_debug(fmt...) mm_no_print(fmt)
#define KERN_ERR ""
#define KERN_EMERG ""
#define KERN_DEBUG ""
#define KERN_WARNING ""
#define KERN_INFO ""
#define printk_ratelimit() true
#define dump_stack() ((void)0)
#define dump_page(page, why) ((void)(page))
#define warn_alloc(gfp, mask, fmt...) ((void)(gfp))

#endif
