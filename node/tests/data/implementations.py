# Writes implementations.xls as Excel before 2007 has it: `pip install xlwt`, then `python3 implementations.py`.
# A merged title above, a code and days as numbers, a date as a date, a hidden sheet.
import datetime

import xlwt

book = xlwt.Workbook()
items = book.add_sheet("事项")
items.write_merge(0, 0, 0, 4, "合肥市实施清单")
for column, heading in enumerate(["事项标识", "行政区划", "生效日期", "承诺办结时限", "咨询电话"]):
    items.write(1, column, heading)
items.write(2, 0, "2020-35-25@340100")
items.write(2, 1, 340100)
items.write(2, 2, datetime.date(2026, 7, 1), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
items.write(2, 3, 4)
items.write(2, 4, "0551-62345678")
hidden = book.add_sheet("备用")
hidden.visibility = 1
hidden.write(0, 0, "事项标识")
book.save("implementations.xls")
