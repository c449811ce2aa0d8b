"""The storefront, the basket, an account and the dashboard."""

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.urls import include, path
from oscar.core.loading import get_model

LOGIN = True


def prepare() -> None:
    Category, Product, ProductClass, Partner, StockRecord = (
        get_model(app, name)
        for app, name in (
            ("catalogue", "Category"), ("catalogue", "Product"), ("catalogue", "ProductClass"),
            ("partner", "Partner"), ("partner", "StockRecord"),
        )
    )  # fmt: skip
    books = ProductClass.objects.create(name="Book & co")
    top = Category.add_root(name="Books <b>")
    sub = top.add_child(name="Novels")
    partner = Partner.objects.create(name="P & Q")
    for n in range(5):
        product = Product.objects.create(
            title=f"Product <{n}>", product_class=books, description=f"<p>Text {n}</p>", upc=f"u{n}", slug=f"product-{n}"
        )
        product.categories.add(sub if n % 2 else top)
        StockRecord.objects.create(
            product=product, partner=partner, partner_sku=f"s{n}", price=Decimal(n) + Decimal("0.99"), num_in_stock=n
        )
    get_model("address", "Country").objects.create(iso_3166_1_a2="DE", printable_name="Germany", is_shipping_country=True)
    User.objects.create_superuser("admin", "a@example.org", "secret")


def add(client: Any) -> Any:
    return client.post("/basket/add/2/", {"quantity": 1}, follow=True)


urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]

PAGES = [
    "/catalogue/", "/catalogue/product-1_2/", "/catalogue/product-0_1/", "/catalogue/category/books-b_1/",
    "/catalogue/category/books-b/novels_2/", "/catalogue/product-1_2/reviews/add/", "/search/?q=Product", ("add", add), "/basket/",
    "/checkout/", "/checkout/shipping-address/", "/accounts/login/", "/accounts/profile/", "/accounts/orders/",
    "/accounts/addresses/", "/accounts/wishlists/", "/offers/", "/dashboard/", "/dashboard/catalogue/",
    "/dashboard/catalogue/products/2/", "/dashboard/catalogue/categories/", "/dashboard/orders/", "/dashboard/users/",
    "/dashboard/offers/", "/dashboard/ranges/", "/dashboard/vouchers/", "/dashboard/partners/", "/dashboard/reports/",
    "/dashboard/pages/", "/dashboard/reviews/", "/dashboard/communications/", "/dashboard/shipping/weight-based/", "/nowhere/",
]  # fmt: skip
