"""How a block chooses a campaign in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.chooser import ChooserViewSet

from campaigns.models import Campaign


class CampaignChooser(ChooserViewSet):
    model = Campaign
    icon = "sp-plus"
    choose_one_text = _("Choose a campaign")
    choose_another_text = _("Choose another campaign")
    register_widget = False


campaign_chooser = CampaignChooser("cms_campaign_chooser")
CampaignChooserBlock = campaign_chooser.get_block_class(
    name="CampaignChooserBlock", module_path="cms.choosers"
)
