# 通知：告诉谁什么，用什么方式。
told-taken-in = 您的“{ $item }”已收件，收件编号 { $number }。
told-returned = 您的“{ $item }”被退回，需要补好再交。
told-accepted = 您的“{ $item }”已受理，开始计算办理时限。
told-not-accepted = 您的“{ $item }”不予受理，理由和救济途径见办件页。
told-correction-asked = 您的“{ $item }”需要补正材料，最迟 { $due }。要补什么见办件页。
told-correction-ends = 提醒：您的“{ $item }”的补正期限快到了，最迟 { $due }。
told-extended = 您的“{ $item }”延长了办理期限，理由见办件页。
told-paused = 您的“{ $item }”进入不计时限的程序，预计用时见办件页。
told-fee-asked = 您的“{ $item }”需要缴费，缴款单号见办件页。窗口不代收。
told-ended = 您的“{ $item }”已终止办理，理由见办件页。
told-decided = 您的“{ $item }”已办结，结果和领取方式见办件页。
told-decision-corrected = 您的“{ $item }”的决定书有更正，新的文书见办件页。
told-decision-revoked = 您的“{ $item }”的决定已被撤销，理由和救济途径见办件页。
told-posted = 您的“{ $item }”的结果已寄出，快递单号见办件页。
told-delivered = 您的“{ $item }”的结果已送达，可在办件页查看。
told-papers-sent = 您的“{ $item }”的原件已寄回，快递单号见办件页。
told-papers-lost = 您的“{ $item }”的原件在途中遗失，处理办法见办件页，窗口会联系您。
told-moved = 您的“{ $item }”因机构改革改由新的机关接着办，不用您重办。
told-called-back = 您对“{ $item }”的评价有了答复，见办件页。
told-word-taken-in = 收件
told-word-returned = 退回
told-word-accepted = 受理
told-word-not-accepted = 不予受理
told-word-correction-asked = 补正告知
told-word-correction-ends = 补正到期提醒
told-word-extended = 延期
told-word-paused = 不计时程序
told-word-fee-asked = 缴费
told-word-ended = 终止
told-word-decided = 办结
told-word-decision-corrected = 决定更正
told-word-decision-revoked = 决定撤销
told-word-posted = 结果寄出
told-word-delivered = 送达
told-word-papers-sent = 原件寄回
told-word-papers-lost = 原件遗失
told-word-moved = 机关变更
told-word-called-back = 评价答复
told-subject = 【通办】{ $item }
told-sign = 【通办】
told-sign-drill = 【通办·演练】
told-sms-text = { $sign }{ $said }详情 { $link } 不想再收到短信，可在办件页关闭。
told-mail =
    { $sign }{ $said }

    详情：{ $link }

    { $node }
    这封邮件由系统自动发出，请不要回复。不想再收到邮件，请在“通知设置”里关闭。
told-confirm-subject = 【通办】请确认邮箱
told-confirm =
    有人在{ $node }把这个邮箱设为接收通知的邮箱。是您本人，请打开：{ $link }

    不是您，不用理会。
told-title = 给我的通知
told-none = 还没有通知
told-new = 新
told-all = 全部通知
told-unseen = 新通知 { $count } 条
told-out = 已发出的通知
told-way-mail = 邮件
told-way-sms = 短信
told-sent = { $at } 已发
told-waits = { $at } 后发出
told-again = 没发出去，正在重试
told-failed = 没有送到
told-unwanted = 本人不要
told-ring = 有通知没有送到，请打电话告诉申请人。
told-sms = 短信通知
told-is-on = 这一件有进展时，会发短信到登记的手机。
told-is-off = 这一件不发短信。请常来看。
told-off = 不要再发短信
told-on = 重新接收短信
wish-title = 通知设置
wish-lead = 事情有进展时怎么告诉您。办件页上总能看到。
wish-lead-staff = 有件等着办时怎么提醒您。只在上班时间提醒，把新到、快到期、超期合在一条里。
wish-mail = 邮箱
wish-mail-hint = 保存后会收到一封确认邮件，打开里面的链接才生效
wish-mail-checked = 已确认
wish-by-mail = 用邮件通知
wish-phone = 接收提醒的手机
wish-phone-hint = 只用于工作提醒
wish-by-sms = 用短信通知
wish-no-mail = 这里还没有开通邮件。
wish-no-sms = 这里还没有开通短信。
wish-quiet-from = 从几点起不打扰
wish-quiet-until = 到几点
wish-lang = 通知的语言
wish-away = 不在岗
wish-away-hint = 不在岗的日子，提醒发给代班的人。同一岗位的人才能代班。
wish-away-from = 第一天
wish-away-until = 最后一天
wish-stand-in = 谁代班
wish-stand-in-none = 不指定
wish-save = 保存
wish-back = 返回
wish-done-saved = 已保存。
wish-done-sent = 已保存，确认邮件已发出，请打开邮件里的链接。
wish-done-unsent = 已保存，但确认邮件发不出去。请检查邮箱，过一会儿再保存一次。
wish-done-confirmed = 邮箱已确认。
wish-wrong-mail = 邮箱格式不对，例如 name@example.cn
wish-wrong-mail-drill = 演练只能用 @example.invalid 的邮箱
wish-wrong-phone = 手机号码格式不对
wish-wrong-phone-drill = 演练只能用 100 开头的 11 位号码
wish-wrong-date = 日期格式不对，例如 2026-12-01
wish-wrong-until = 最后一天要在第一天之后
wish-wrong-stand-in = 请选代班的人
staff-subject = 【通办】有件等着办
staff-waiting = { $org }：新到 { $came } 件，明天前到期 { $due } 件，超期 { $late } 件。
staff-unopened = { $org }：有 { $unopened } 件到了几个小时还没有人打开。
staff-message =
    { $sign }{ $lines }

    请登录：{ $link }
staff-unread = 没人打开的件：{ $count }
staff-unread-hint = 到了 { $hours } 个办公小时以上，还没有人看过。您是组长，请安排人办。
shift-from = { $name } 交班（{ $at }）
shift-leave = 交班：留话给下一班
shift-text = 要交代的事
shift-hint = 例如：某某件等快递签收，下午会来取件。不要写身份证号。
shift-do = 留言
