<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>AlbumActs</name>
    <message numerus="yes">
        <source>New album “%1” with %Ln photo(s)</source>
        <translation>
            <numerusform>New album “%1” with %Ln photo</numerusform>
            <numerusform>New album “%1” with %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) added to “%1”</source>
        <translation>
            <numerusform>%Ln photo added to “%1”</numerusform>
            <numerusform>%Ln photos added to “%1”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) are in “%1” already.</source>
        <translation>
            <numerusform>The photo is in “%1” already.</numerusform>
            <numerusform>The %Ln photos are in “%1” already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) removed from “%1”</source>
        <translation>
            <numerusform>%Ln photo removed from “%1”</numerusform>
            <numerusform>%Ln photos removed from “%1”</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AlbumsDisplay</name>
    <message numerus="yes">
        <source>Add %Ln photo(s) to an album</source>
        <translation>
            <numerusform>Add %Ln photo to an album</numerusform>
            <numerusform>Add %Ln photos to an album</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Content</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %Ln photo(s), best matches first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>All %Ln photos, best matches first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s), best matches first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos, best matches first</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s), most similar first</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos, most similar first</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Failures</name>
    <message numerus="yes">
        <source>%Ln file(s) could not be read</source>
        <translation>
            <numerusform>%Ln file could not be read</numerusform>
            <numerusform>%Ln files could not be read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Try %Ln file(s) again</source>
        <translation>
            <numerusform>Try %Ln file again</numerusform>
            <numerusform>Try %Ln files again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FolderCommands</name>
    <message numerus="yes">
        <source>%Ln file(s) indexed.</source>
        <translation>
            <numerusform>%Ln file indexed.</numerusform>
            <numerusform>%Ln files indexed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PersonalDisplay</name>
    <message numerus="yes">
        <source>PhotoClip thinks %Ln more photo(s) show “%1”.</source>
        <translation>
            <numerusform>PhotoClip thinks one more photo shows “%1”.</numerusform>
            <numerusform>PhotoClip thinks %Ln more photos show “%1”.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PhotoCommands</name>
    <message numerus="yes">
        <source>%Ln path(s) copied.</source>
        <translation>
            <numerusform>%Ln path copied.</numerusform>
            <numerusform>%Ln paths copied.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) copied.</source>
        <translation>
            <numerusform>%Ln photo copied.</numerusform>
            <numerusform>%Ln photos copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PhotoPane</name>
    <message numerus="yes">
        <source>Show %Ln new photo(s)</source>
        <translation>
            <numerusform>Show %Ln new photo</numerusform>
            <numerusform>Show %Ln new photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Popover</name>
    <message numerus="yes">
        <source>%Ln file(s) not read</source>
        <translation>
            <numerusform>%Ln file not read</numerusform>
            <numerusform>%Ln files not read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) not read</source>
        <translation>
            <numerusform>%Ln file not read</numerusform>
            <numerusform>%Ln files not read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Marking</name>
    <message numerus="yes">
        <source>%Ln photo(s) tagged “%1”</source>
        <translation>
            <numerusform>%Ln photo tagged “%1”</numerusform>
            <numerusform>%Ln photos tagged “%1”</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) rated %1</source>
        <translation>
            <numerusform>%Ln photo rated %1</numerusform>
            <numerusform>%Ln photos rated %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Rating of %Ln photo(s) removed</source>
        <translation>
            <numerusform>Rating of %Ln photo removed</numerusform>
            <numerusform>Rating of %Ln photos removed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) made favourites</source>
        <translation>
            <numerusform>%Ln photo made a favourite</numerusform>
            <numerusform>%Ln photos made favourites</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) are no favourites any more</source>
        <translation>
            <numerusform>%Ln photo is no favourite any more</numerusform>
            <numerusform>%Ln photos are no favourites any more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Caption saved for %Ln photo(s)</source>
        <translation>
            <numerusform>Caption saved for %Ln photo</numerusform>
            <numerusform>Caption saved for %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Suggestions accepted for %Ln photo(s)</source>
        <translation>
            <numerusform>Suggestions accepted</numerusform>
            <numerusform>Suggestions accepted for %Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message numerus="yes">
        <source>%Ln photo(s) selected</source>
        <translation>
            <numerusform>%Ln photo selected</numerusform>
            <numerusform>%Ln photos selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message numerus="yes">
        <source>%Ln term(s) hidden</source>
        <translation>
            <numerusform>%Ln term hidden</numerusform>
            <numerusform>%Ln terms hidden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln term(s) shown again</source>
        <translation>
            <numerusform>%Ln term shown again</numerusform>
            <numerusform>%Ln terms shown again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln term(s) imported</source>
        <translation>
            <numerusform>%Ln term imported</numerusform>
            <numerusform>%Ln terms imported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TermEditor</name>
    <message numerus="yes">
        <source>%Ln term(s)</source>
        <translation>
            <numerusform>%Ln term</numerusform>
            <numerusform>%Ln terms</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Show %Ln photo(s)</source>
        <translation>
            <numerusform>Show %Ln photo</numerusform>
            <numerusform>Show %Ln photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>QueryCommands</name>
    <message numerus="yes">
        <source>More like %Ln result(s)</source>
        <translation>
            <numerusform>More like this result</numerusform>
            <numerusform>More like these %Ln results</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Less like %Ln result(s)</source>
        <translation>
            <numerusform>Less like this result</numerusform>
            <numerusform>Less like these %Ln results</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln thumb(s) taken back</source>
        <translation>
            <numerusform>Thumb taken back</numerusform>
            <numerusform>%Ln thumbs taken back</numerusform>
        </translation>
    </message>
</context>
</TS>
